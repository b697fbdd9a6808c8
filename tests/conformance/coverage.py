"""The checks of SGLang that a command, a variable, a GPU or a release can meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conformance import makers
from conformance.case import Judged
from conformance.draw import MAKERS

CHECKS = {
    "C1": "unknown options and words, wrong types, missing values",
    "C2": "an unknown option that ends in -path names a component",
    "C3": "abbreviated options",
    "C4": "--cfg-parallel-size is not read in 0.5.12",
    "C5": "--dp-size and its other spellings are not read until 0.5.12",
    "C6": "--pipeline",
    "C7": "--warmup, which 0.5.18 took away",
    "C8": "removed keys in a --config file",
    "C9": "a --config file that is missing or of another kind",
    "C10": "--mode in its three meanings",
    "C11": "request parameters on the server",
    "C12": "request parameters of another model",
    "C13": "several prompts and one output file",
    "C14": "images and videos that a model needs or does not take",
    "C15": "limits of sizes, frames, steps, seeds and scales",
    "C20": "--sp-degree against the GPUs",
    "C21": "dimensions of sharded weights against the GPUs",
    "C22": "data parallelism",
    "C23": "GPUs divided by data, tensor and CFG parallelism",
    "C24": "CFG parallelism on one GPU",
    "C25": "--sp-degree against Ulysses and ring",
    "C26": "degrees that make more or fewer workers than GPUs",
    "C27": "attention heads that the Ulysses degree does not divide",
    "C28": "--kv-gather-degree",
    "C29": "CFG parallelism that is switched on by itself",
    "C30": "CFG parallelism for a request without guidance",
    "C31": "models and sizes that CFG parallelism is refused for",
    "C32": "attention backends that ring attention needs",
    "C33": "Cache-DiT with sequence and tensor parallelism",
    "C34": "nodes, NUMA nodes and parallel encoders",
    "C35": "--gpu-ids and --base-gpu-id",
    "C36": "replicas of sharded weights",
    "C40": "offloading by default until 0.5.11",
    "C41": "offloading by default in 0.5.12",
    "C42": "one explicit switch turns the automatic placement off",
    "C43": "offloading by default in 0.5.23",
    "C44": "layerwise offloading with Cache-DiT",
    "C45": "layerwise offloading with sharding",
    "C46": "sharding with Cache-DiT",
    "C47": "offloading switches that sharding overrides",
    "C48": "--dit-offload-prefetch-size",
    "C49": "layerwise and whole offloading together",
    "C50": "resident layers, their policy and lifetime",
    "C51": "--component-residency",
    "C52": "--direct-gpu-weight-loading",
    "C53": "--performance-mode",
    "C54": "the device mode of two-stage models",
    "C55": "GPUs that share memory with the host",
    "C56": "Apple GPUs",
    "C57": "a model kept on a GPU that is small for it",
    "C60": "names of attention backends",
    "C61": "attention backends that a model does not list",
    "C62": "packages that attention backends need",
    "C63": "GPUs that attention backends need",
    "C64": "--attention-backend-config",
    "C65": "attention of LTX-2",
    "C66": "attention of the diffusers backend",
    "C67": "attention of the TurboWan models",
    "C68": "AMD GPUs",
    "C69": "all attention backends of a release",
    "C70": "--cache-dit-config",
    "C71": "Cache-DiT on models that it does not know",
    "C72": "variables of Cache-DiT",
    "C73": "Cache-DiT with compilation and warmup",
    "C74": "TeaCache and Spectrum",
    "C75": "--regional-compile",
    "C76": "breakable CUDA graphs",
    "C77": "warmup until 0.5.12",
    "C78": "warmup of newer releases",
    "C79": "warmup of disaggregated servers",
    "C80": "SVDQuant: GPU, weights and package",
    "C81": "--quantization",
    "C82": "quantization methods of 0.5.23",
    "C83": "quantized checkpoints with offloading",
    "C84": "quantized names in the model path",
    "C85": "a component that fails to load natively",
    "C90": "pipeline classes, backends and how a model is given",
    "C91": "--model-id and local folders",
    "C92": "the diffusers backend",
    "C93": "--vae-sp without tiling",
    "C94": "precisions and other choices",
    "C95": "ports",
    "C96": "LoRA adapters",
    "C97": "batching",
    "C98": "disaggregated servers",
    "C99": "options and variables that nothing reads; CUDA_VISIBLE_DEVICES",
    "C100": "what single models refuse",
    "later": "workers that die after the launch was accepted",
    "recipes": "commands of guides, as they stand and with one slip",
}
"""What each is about, in short."""

UNCOVERED = {
    "C55": "the judge plays data-centre and desktop GPUs alone",
    "C56": "the judge plays CUDA alone",
    "C68": "the judge plays CUDA alone",
    "C85": "it happens in a worker, when weights are read, and is not fatal",
}
"""Checks without commands, and why."""

PARTLY = {
    "C27": "heads stand in the checkpoint; only models that check them at launch are judged",
    "C36": "it fails when weights are read",
    "C62": "whether a package is installed is not seen; the launch is accepted",
    "C63": "backends that ask the GPU when a model is loaded are left out",
    "C71": "unknown transformers are refused when the model is loaded",
    "C83": "checkpoints are not read",
}
"""Checks of which the judge sees a part, and what it does not see."""

assert makers.ALL


def covered_by() -> dict[str, list[str]]:
    """Return the generators of each check."""
    found: dict[str, list[str]] = {check: [] for check in CHECKS}
    for name, (checks, _, _) in MAKERS.items():
        for check in checks.split():
            found[check].append(name)
    return found


def counts(commands: Iterable[Judged]) -> dict[str, Counter[str]]:
    """Return how many commands there are for each check, by verdict."""
    found: dict[str, Counter[str]] = {check: Counter() for check in CHECKS}
    for one in commands:
        for check in one.case.check.split():
            found[check][one.verdict] += 1
    return found
