"""Ask the real SGLang, through a judge that runs its parser and validation on CPU.

The judge reads one request a line, JSON, and writes one verdict a line, in the same order.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.case import Case, Judged

from sgdlint import catalog

MESSAGE = 100
"""Characters of SGLang's message that are kept."""
ASKS_THE_GPU = frozenset(
    ("sparge_attn", "video_sparse_attn_h3", "hybrid_window_attn_h3", "subblock_sparse_attn")
)
"""Attention backends that stop the worker on some GPUs, when the model is loaded (`cuda.py`: 0.5.19
line 303, 0.5.23 lines 217 to 450)."""
OF_THE_MACHINE = ("FileNotFoundError", "NotDiffusion")
"""Errors for a file that is not there, and for what the server of language models would read."""
HANGS_ON_THE_MACHINE = (
    "not installed|Unknown serve backend|parse attention backend config: .*[.](json|ya?ml)$"
)
"""Messages for what packages may add, and for settings that would be read from a file."""


def ask(command: Sequence[str], cases: Sequence[Case]) -> list[Judged | None]:
    """Return what SGLang does with each command; None where the judge cannot tell."""
    found = answers(command, [request(case) for case in cases])
    return [judged(case, answer) for case, answer in zip(cases, found, strict=True)]


def answers(
    command: Sequence[str], requests: Sequence[Mapping[str, object]]
) -> list[dict[str, Any]]:
    """Return what the judge writes for each request."""
    lines = [json.dumps(one) for one in requests]
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True
    )
    found = done.stdout.splitlines()
    if len(found) != len(lines):
        raise RuntimeError(f"{len(lines)} commands, {len(found)} verdicts: {done.stderr[-500:]}")
    return [json.loads(line) for line in found]


def request(case: Case) -> dict[str, object]:
    """Return a command as the judge reads it."""
    return {
        "version": case.release,
        "argv": list(case.argv),
        "env": case.env,
        "gpu": {"gpu": case.gpu, "count": case.count},
        "files": case.files,
    }


def judged(case: Case, answer: dict[str, Any]) -> Judged | None:
    """Return a command with its verdict; None when the judge could not give one."""
    verdict, message = answer["verdict"], answer["message"] or ""
    if verdict not in ("accepted", "rejected") or not is_certain(answer):
        return None
    if verdict == "accepted":
        effective = answer["effective"] or {}
        later = [*answer["later"], *idle_gpus(effective), *without_peers(case, effective)]
        verdict, message = ("dies", later[0]) if later else ("accepted", "")
    else:
        message = f"{answer['error_type']}: {message}"
    if verdict == "accepted":
        case = replace(case, fault=())
    stage = "workers" if verdict == "dies" else answer["stage"]
    where = (answer["where"] or "").rpartition("/")[2]
    reason = " ".join(message.split())[:MESSAGE]
    return Judged(case, verdict, stage, reason, where, names_in(message, case))


def is_certain(answer: dict[str, Any]) -> bool:
    """Whether a verdict says what SGLang really does.

    Not when it hangs on an attention backend that a worker checks, on a package or a file that the
    machine lacks, on the server of language models, or on the diffusers backend for a class that
    the judge only inferred.
    """
    effective = answer["effective"] or {}
    if answer["error_type"] in OF_THE_MACHINE:
        return False
    if re.search(HANGS_ON_THE_MACHINE, answer["message"] or ""):
        return False
    asks = str(effective.get("attention_backend")).lower() in ASKS_THE_GPU
    inferred = any("inferred" in entry for entry in answer.get("hub", ()))
    elsewhere = str(effective.get("pipeline_config")).startswith("Diffusers")
    return not (answer["verdict"] == "accepted" and (asks or (inferred and elsewhere)))


def idle_gpus(effective: dict[str, Any]) -> list[str]:
    """Return why the workers die when the degrees make fewer of them than there are GPUs.

    The judge accepts these, since the launch checks nothing. Every worker that stands in no process
    group then stops with an assertion (`group_coordinator.py`: 0.5.9 line 182, 0.5.12 line 185,
    0.5.23 line 219; the same in all six releases, and run with four gloo processes in three).
    """
    gpus = effective.get("num_gpus") or 0
    cfg = effective.get("cfg_parallel_degree") or 1 + bool(effective.get("enable_cfg_parallel"))
    degrees = [effective.get(name) or 1 for name in ("tp_size", "sp_degree", "dp_size")]
    product = cfg * degrees[0] * degrees[1] * degrees[2]
    alone = effective.get("disagg_role", "monolithic") == "monolithic"
    if not alone or not 0 < product < gpus:
        return []
    text = f"num_gpus {gpus} exceeds tp_size {degrees[0]} * sp_degree {degrees[1]}"
    return [f"{text} * cfg_parallel {cfg} * dp_size {degrees[2]}: idle GPUs"]


def without_peers(case: Case, effective: dict[str, Any]) -> list[str]:
    """Return why a part of a disaggregated server stops when no address of the others is given.

    The judge ends before the parts are started (`launch_server.py`: 0.5.12 lines 483 and 556,
    0.5.23 lines 511 and 613). Addresses stand on the command line in these sets.
    """
    role = effective.get("disagg_role", "monolithic")
    if case.argv[:1] != ("serve",) or role == "monolithic":
        return []
    given = {word.partition("=")[0] for word in case.argv}
    wanted = ["--disagg-server-addr"]
    if role == "server":
        split = ["--prompt-encoder-urls", "--image-encoder-urls"]  # 0.5.23 line 509
        is_split = bool(given.intersection(split))
        if is_split and "--encoder-urls" in given:
            return [f"use either --encoder-urls or {' and '.join(split)}"]
        encoders = split if is_split else ["--encoder-urls"]
        wanted = [*encoders, "--denoiser-urls", "--decoder-urls"]
    return [f"{flag} is required for --disagg-role {role}" for flag in wanted if flag not in given]


def names_in(message: str, case: Case) -> tuple[str, ...]:
    """Return the options and variables that a message speaks of."""
    command = "generate" if case.argv[:1] == ("generate",) else "serve"
    by_dest = catalog.load(case.release).options(command).destinations()
    spelled = re.findall(r"--[a-zA-Z][\w.-]*", message)
    left = message.partition("unrecognized arguments: ")[2].split()
    words = re.findall(r"[a-z]\w*", message)
    dests = [by_dest[word] for word in words if "_" in word and word in by_dest]
    named = [*spelled, *left, *dests, *(name for name in case.env if name in message)]
    return tuple(dict.fromkeys(named))
