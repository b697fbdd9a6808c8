"""What a preflight says of a launch on machines that never were; nothing here is looked at."""

from __future__ import annotations

from typing import Any

import pytest
from preflight_machines import GIB, H100, gpu, held, machine, recorded_gpus

from sgdlint import rulepack
from sgdlint.files import Neighbours
from sgdlint.hardware import Holder
from sgdlint.preflight.asked import Asked
from sgdlint.preflight.check import BLOCK, OK, UNKNOWN, WARN, Check
from sgdlint.preflight.checks import checks
from sgdlint.preflight.facts import Folder, Installed, Machine, Memory
from sgdlint.preflight.looked import look
from sgdlint.record import replace
from sgdlint.source import COMMAND, Source
from sgdlint.stated import Options

PACK = rulepack.load()
HOME = {"HOME": "/home/me", "USER": "me", "PATH": "/venv/bin"}
QWEN = "sglang generate --model-path Qwen/Qwen-Image --prompt x"
FLUX = "sglang generate --model-path black-forest-labs/FLUX.1-dev --prompt x"
SERVE = "sglang serve --model-path Qwen/Qwen-Image"
NO_SGLANG = Machine()


def launches(
    text: str, outside: dict[str, str] | None = None, name: str = COMMAND, **options: Any
) -> list[Asked]:
    """Return what the launches in a text ask for."""
    source = Source(name, text, near=Neighbours(""))
    wishes = Options(sglang=("0.5.23",)) if not options else Options(**options)
    return [
        one.asked for one in look(source, PACK, wishes, NO_SGLANG, {**HOME, **(outside or {})})[1]
    ]


def said(
    text: str, seen: Machine, outside: dict[str, str] | None = None, **options: Any
) -> dict[str, list[Check]]:
    """Return the checks of the only launch in a text, by name."""
    (one,) = launches(text, outside, **options)
    found: dict[str, list[Check]] = {}
    for check in checks(one, seen):
        found.setdefault(check.name, []).append(check)
    return found


def only(found: dict[str, list[Check]], name: str) -> tuple[str, str, str]:
    """Return status, text and advice of the only check of a name."""
    (one,) = found[name]
    return one.status, one.says, one.todo


def test_a_launch_for_which_all_is_well() -> None:
    found = said(QWEN, machine())
    assert {check.status for some in found.values() for check in some} == {OK}
    names = ["SGLang", "GPUs", "GPU memory", "driver", "weights", "download", "folders", "packages"]
    assert [*found] == names


def test_nothing_that_is_not_known_blocks() -> None:
    for text in (QWEN, FLUX, SERVE + " --strict-ports", QWEN + " --attention-backend sage_attn"):
        for some in said(text, Machine()).values():
            assert BLOCK not in {one.status for one in some}, some


# --- GPUs -----------------------------------------------------------------------------------------

TWO = QWEN + " --num-gpus 2"
BUSY = (held(0, 30), held(1, 40), gpu(2), gpu(3))
GPUS: list[tuple[str, Machine, dict[str, str], str, str, str]] = [
    (QWEN, machine(), {}, OK, f"GPU 0 idle: {H100}, 80.0 GiB", ""),
    (TWO, machine(), {}, OK, f"GPUs 0, 1 idle: {H100}, 80.0 GiB", ""),
    (TWO, machine(gpus=(gpu(0),)), {}, BLOCK, "the launch takes 2 GPUs, and 1 is there",
     "take 1, with degrees that go with it"),
    (TWO, machine(), {"CUDA_VISIBLE_DEVICES": "1"}, BLOCK,
     "the launch takes 2 GPUs, and CUDA_VISIBLE_DEVICES=1 shows 1 of 2",
     "name 2 in CUDA_VISIBLE_DEVICES"),
    (QWEN, machine(), {"CUDA_VISIBLE_DEVICES": "7"}, BLOCK,
     "no GPU for the launch: CUDA_VISIBLE_DEVICES='7' leaves no GPU visible",
     "unset CUDA_VISIBLE_DEVICES"),
    (TWO, machine(gpus=BUSY, processes={4242: "python3"}), {}, WARN,
     ("GPU 0 is busy, 31.0 GiB of 80.0 GiB taken by process 4242 (python3, 30.0 GiB); "
      "GPU 1 is busy, 41.0 GiB of 80.0 GiB taken by process 4242 (python3, 40.0 GiB)"),
     "CUDA_VISIBLE_DEVICES=2,3, which are idle"),
    (QWEN, machine(gpus=BUSY), {}, WARN,
     "GPU 0 is busy, 31.0 GiB of 80.0 GiB taken by process 4242 (30.0 GiB)",
     "CUDA_VISIBLE_DEVICES=2, which is idle"),
    (QWEN, machine(gpus=BUSY), {"CUDA_VISIBLE_DEVICES": "3,0"}, OK,
     f"GPU 3 idle: {H100}, 80.0 GiB", ""),
    (QWEN, machine(gpus=BUSY[:2]), {}, WARN,
     "GPU 0 is busy, 31.0 GiB of 80.0 GiB taken by process 4242 (30.0 GiB)",
     "wait until it is idle"),
    (TWO, machine(gpus=(*BUSY[:2], gpu(2))), {}, WARN,
     ("GPU 0 is busy, 31.0 GiB of 80.0 GiB taken by process 4242 (30.0 GiB); "
      "GPU 1 is busy, 41.0 GiB of 80.0 GiB taken by process 4242 (40.0 GiB)"),
     "wait until they are idle, or take fewer GPUs"),
    (QWEN, machine(gpus=BUSY), {"CUDA_VISIBLE_DEVICES": "0,3"}, WARN,
     "GPU 0 is busy, 31.0 GiB of 80.0 GiB taken by process 4242 (30.0 GiB)",
     "CUDA_VISIBLE_DEVICES=3, which is idle"),
    (QWEN, machine(gpus=()), {}, BLOCK, "the launch takes 1 GPU, and none is there",
     "look at `nvidia-smi`, or run it on a machine with GPUs"),
    (QWEN, machine(gpus=(gpu(0, busy=None),)), {}, UNKNOWN,
     "whether GPU 0 is idle is not known", ""),
    (TWO, machine(gpus=(gpu(0, busy=None), gpu(1, busy=None))), {}, UNKNOWN,
     "whether GPUs 0, 1 are idle is not known", ""),
    ("sglang serve --model-path Qwen/Qwen-Image --num-gpus $N", machine(), {}, UNKNOWN,
     "how many GPUs the launch asks for is not known; 2 are there", ""),
    ("CUDA_VISIBLE_DEVICES=$D " + QWEN, machine(), {}, UNKNOWN,
     "CUDA_VISIBLE_DEVICES of the launch is not known", ""),
    (QWEN, machine(gpus=None, no_gpus="this machine has no NVIDIA driver"), {}, UNKNOWN,
     "not known: this machine has no NVIDIA driver", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "seen", "outside", "status", "says", "todo"), GPUS)
def test_gpus(
    text: str, seen: Machine, outside: dict[str, str], status: str, says: str, todo: str
) -> None:
    assert only(said(text, seen, outside), "GPUs") == (status, says, todo)


def test_gpus_that_differ_are_named_in_the_order_of_their_bus() -> None:
    other = replace(gpu(1), name="NVIDIA L4")
    _, _, todo = only(said(QWEN, machine(gpus=(held(0, 30), other))), "GPUs")
    assert todo == "CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=1, which is idle"


def test_gpus_of_one_product_are_named_where_there_are_enough() -> None:
    gpus = (held(0, 30), replace(gpu(1), name="NVIDIA L4"), gpu(2), gpu(3))
    order = "CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES="
    _, _, todo = only(said(TWO, machine(gpus=gpus)), "GPUs")
    assert todo == order + "2,3, which are idle"
    _, _, todo = only(said(TWO, machine(gpus=gpus[:3])), "GPUs")
    assert todo == order + "1,2, which are idle"


def test_an_idle_instance_is_named_by_its_uuid() -> None:
    first = replace(held(0, 30), mig=True, uuid="MIG-a")
    second = replace(gpu(0), mig=True, uuid="MIG-b")
    _, _, todo = only(said(QWEN, machine(gpus=(first, second))), "GPUs")
    assert todo == "CUDA_VISIBLE_DEVICES=MIG-b, which is idle"
    status, says, _ = only(said(TWO, machine(gpus=(first, second))), "GPUs")
    assert (status, says) == (
        BLOCK, "the launch takes 2 GPUs, and with MIG a process can use one instance",
    )  # fmt: skip


def test_a_recorded_machine_on_which_a_process_holds_memory() -> None:
    gpus = recorded_gpus("h100-busy")
    assert gpus[0].holders == (Holder(1, 9229565952),)
    found = said(QWEN, machine(gpus=gpus, processes={1: "python3"}))
    assert only(found, "GPUs") == (
        WARN,
        "GPU 0 is busy, 9.1 GiB of 79.6 GiB taken by process 1 (python3, 8.6 GiB)",
        "wait until it is idle",
    )


MEMORY = [
    (gpu(0, 79), QWEN, OK, "79.0 GiB free on GPU 0, and the launch needs at most"),
    (gpu(0, 79), "sglang generate --model-path my/model --prompt x", UNKNOWN,
     "what the launch needs is not known; 79.0 GiB free on GPU 0"),
    (held(0, 69), QWEN, BLOCK, "the launch needs at least 51.5 GiB, and 10.0 GiB free on GPU 0"),
    (held(0, 20), QWEN, WARN, "59.0 GiB free on GPU 0, and the launch needs 51.5 to"),
    (replace(gpu(0), free=None), QWEN, UNKNOWN, "how much memory is free is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "text", "status", "says"), MEMORY)
def test_gpu_memory(one: Any, text: str, status: str, says: str) -> None:
    resident = text + " --dit-cpu-offload false --text-encoder-cpu-offload false"
    found = only(said(resident, machine(gpus=(one,))), "GPU memory")
    assert (found[0], found[1][: len(says)]) == (status, says), found


def test_memory_that_a_process_holds_is_elsewhere_free() -> None:
    seen = machine(gpus=(held(0, 69), held(1, 60), gpu(2)))
    text = QWEN + " --dit-cpu-offload false --text-encoder-cpu-offload false"
    assert only(said(text, seen), "GPU memory")[2] == "CUDA_VISIBLE_DEVICES=2, which is idle"


@pytest.mark.parametrize(
    ("driver", "release", "status"),
    [("580.65", "0.5.23", OK), ("575.51.03", "0.5.23", WARN), ("575.51.03", "0.5.9", None)],
)
def test_the_driver(driver: str, release: str, status: str | None) -> None:
    found = said(QWEN, machine(driver=driver), sglang=(release,)).get("driver", [])
    assert [one.status for one in found] == [status] * (status is not None)


# --- the release ----------------------------------------------------------------------------------


def test_a_release_that_is_not_the_one_of_the_file() -> None:
    text = f"pip install sglang==0.5.12\n{QWEN}\n"
    source = Source("run.sh", text, near=Neighbours(""))
    seen = machine(installed=Installed("0.5.19", "/venv", "/venv/bin/sglang"))
    report, (place,) = look(source, PACK, Options(), seen, HOME)
    assert (place.asked.release, report.sglang) == ("0.5.19", "0.5.19")
    assert only_of(checks(place.asked, seen), "SGLang") == (
        WARN,
        "0.5.19 is installed in /venv; the file is written for 0.5.12 (install, line 1)",
        "pip install 'sglang[diffusion]==0.5.12', or `sgdlint fix --to 0.5.19`",
    )


def only_of(found: Any, name: str) -> tuple[str, str, str]:
    """Return status, text and advice of the only check of a name."""
    (one,) = [check for check in found if check.name == name]
    return one.status, one.says, one.todo


RELEASES = [
    (Installed("0.5.23", "/venv"), (), OK, "0.5.23 is installed in /venv"),
    (Installed("0.5.23", "/venv", editable=True), (), OK,
     "0.5.23 is installed in /venv, from a folder of source"),
    (Installed("9.9.9", "/venv"), (), UNKNOWN,
     "9.9.9 is installed in /venv, and not known to sgdlint; checked for 0.5.23"),
    (Installed("0.5.19", "/venv"), ("0.5.23",), WARN,
     "0.5.19 is installed in /venv; checked for 0.5.23 (the command line)"),
    (None, ("0.5.23",), WARN, "not found; checked for 0.5.23"),
]  # fmt: skip


@pytest.mark.parametrize(("installed", "stated", "status", "says"), RELEASES)
def test_the_release(
    installed: Installed | None, stated: tuple[str, ...], status: str, says: str
) -> None:
    seen = machine(installed=installed)
    _, (place,) = look(Source(COMMAND, QWEN), PACK, Options(sglang=stated), seen, HOME)
    found = only_of(checks(place.asked, seen), "SGLang")
    assert (found[0], found[1][: len(says)]) == (status, says)


def test_a_program_that_is_not_there_blocks() -> None:
    (one,) = launches(QWEN)
    found = only_of(checks(one, machine(programs={"sglang": ""}), ["sglang"]), "SGLang")
    assert found[:2] == (BLOCK, "there is no program 'sglang'")


def test_a_script_that_changes_path_says_nothing_of_what_is_installed() -> None:
    seen = machine(modules={"diffusers": False})
    found = said(f"source /opt/x/bin/activate\n{QWEN}\n", seen, sglang=("0.5.23",))
    assert found["SGLang"][0].status == UNKNOWN
    assert "packages" not in found


@pytest.mark.parametrize("program", ["/opt/venv/bin/sglang", "python3 -m sglang.cli.main"])
def test_a_program_elsewhere_says_nothing_of_what_is_installed(program: str) -> None:
    seen = machine(modules={"diffusers": False})
    text = f"{program} generate --model-path Qwen/Qwen-Image --prompt x"
    for one in launches(text, sglang=("0.5.23",)):
        assert one.own_path
        assert only_of(checks(one, seen), "SGLang")[0] == UNKNOWN


# --- containers -----------------------------------------------------------------------------------


def test_of_a_container_only_the_gpus_are_of_this_machine() -> None:
    text = (
        "docker run --gpus all lmsysorg/sglang:v0.5.23 sglang serve "
        "--model-path black-forest-labs/FLUX.1-dev --num-gpus 4 --strict-ports"
    )
    found = said(text, machine(ports={30000: False}), {"HF_TOKEN": ""})
    assert {name: one[0].status for name, one in found.items()} == {
        "SGLang": UNKNOWN,
        "GPUs": BLOCK,
    }


DOCKER = "docker run --gpus device=1 lmsysorg/sglang:v0.5.23 "


def test_which_gpus_a_container_gets_is_not_known() -> None:
    assert only(said(DOCKER + QWEN, machine()), "GPUs")[0] == OK
    assert only(said(DOCKER + QWEN, machine(gpus=(held(0, 30), gpu(1)))), "GPUs") == (
        UNKNOWN,
        (
            "which of the GPUs the launch gets is not known; "
            "GPU 0 is busy, 31.0 GiB of 80.0 GiB taken by process 4242 (30.0 GiB)"
        ),
        "",
    )


@pytest.mark.parametrize("before", ["ssh node ", "sudo -u other ", "kubectl exec pod -- "])
def test_of_another_machine_or_user_nothing_is_known(before: str) -> None:
    seen = machine(gpus=(held(0, 30),), ports={30000: False})
    found = said(f"{before}{SERVE} --num-gpus 4", seen)
    assert {name: one[0].status for name, one in found.items()} == dict.fromkeys(
        ("SGLang", "GPUs"), UNKNOWN
    )


# --- weights --------------------------------------------------------------------------------------

FILE = "/home/me/.cache/huggingface/token"
WEIGHTS = [
    (QWEN, {}, {}, OK, "Qwen/Qwen-Image is not known to be gated, and will be downloaded"),
    (FLUX, {}, {}, BLOCK, "FLUX.1-dev is gated, it is not in the cache, and there is no token"),
    (FLUX, {}, {"HF_TOKEN": " "}, BLOCK, "there is no token"),
    (FLUX, {}, {"HF_TOKEN": "hf_secret"}, OK, "is gated, and HF_TOKEN gives a token"),
    (FLUX, {}, {"HUGGING_FACE_HUB_TOKEN": "hf_secret"}, OK, "and HUGGING_FACE_HUB_TOKEN gives"),
    (FLUX, {"tokens": {FILE: True}}, {}, OK, f"{FILE} gives a token"),
    (FLUX, {"tokens": {"/t": True}}, {"HF_TOKEN_PATH": "/t"}, OK, "/t gives a token"),
    (FLUX, {"tokens": {FILE: True}}, {"HF_HOME": "/data"}, BLOCK, "there is no token"),
    (FLUX, {"tokens": {"/data/token": True}}, {"HF_HOME": "/data"}, OK, "/data/token gives"),
    (FLUX, {"tokens": {FILE: None}}, {}, UNKNOWN, "whether there is a token is not known"),
    (FLUX, {}, {"HF_TOKEN": "x", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}, BLOCK, "there is no token"),
    ("unset HF_TOKEN; " + FLUX, {}, {"HF_TOKEN": "x"}, BLOCK, "there is no token"),
    ("HF_TOKEN=$T " + FLUX, {}, {}, UNKNOWN, "whether there is a token is not known"),
    ("HF_TOKEN=hf_secret " + FLUX, {}, {}, OK, "HF_TOKEN gives a token"),
    (FLUX, {}, {"SGLANG_USE_MODELSCOPE": "true"}, UNKNOWN, "comes from another hub"),
    (FLUX, {}, {"HF_ENDPOINT": "https://mirror"}, UNKNOWN, "may come from another server"),
    (QWEN, {}, {"HF_HUB_OFFLINE": "1"}, WARN,
     "Qwen/Qwen-Image is not in the cache of Hugging Face, and HF_HUB_OFFLINE forbids"),
    (FLUX, {"cached": {
        "/home/me/.cache/huggingface/hub/models--black-forest-labs--FLUX.1-dev": True}},
     {"HF_HUB_OFFLINE": "1"}, OK, "is in the cache of Hugging Face; whether as a whole"),
    ("sglang generate --model-path /weights/mine --prompt x", {}, {}, WARN,
     "there is no folder /weights/mine now"),
    ("sglang generate --model-path /weights/mine --prompt x", {"paths": {"/weights/mine": True}},
     {}, OK, "in the folder /weights/mine"),
    ("sglang generate --model-path some/model --prompt x", {}, {}, UNKNOWN,
     "where some/model comes from is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "changes", "outside", "status", "says"), WEIGHTS)
def test_weights(
    text: str, changes: dict[str, Any], outside: dict[str, str], status: str, says: str
) -> None:
    found = only(said(text, machine(**changes), outside), "weights")
    assert found[0] == status
    assert says in found[1]
    assert "hf_secret" not in "".join(found)


HUB = "/home/me/.cache/huggingface/hub"


@pytest.mark.parametrize(("free", "status"), [(500, OK), (40, WARN), (5, BLOCK)])
def test_a_download_needs_room(free: int, status: str) -> None:
    seen = machine(folders={HUB: Folder(HUB, True, True, free * GIB)})
    assert only(said(QWEN, seen), "download")[0] == status


# --- folders, ports, packages, memory -------------------------------------------------------------


def closed(path: str) -> Folder:
    """Return a folder that this user may not write to."""
    return Folder(path, True, False, GIB, f"this user may not write to {path}")


FOLDERS = [
    (QWEN, "outputs/", BLOCK),
    (QWEN + " --output-path /out", "/out", BLOCK),
    (SERVE, "outputs/", WARN),
    (SERVE + " --input-save-path /in", "/in", WARN),
    (QWEN + " --output-file-path /there/a.png", "/there", BLOCK),
    (QWEN + " --perf-dump-path /perf/a.json", "/perf", BLOCK),
    (QWEN, HUB, BLOCK),
    ("HF_HUB_CACHE=/hub " + QWEN, "/hub", BLOCK),
    ("export HF_HOME=${HF_HOME:-/hf}; " + QWEN, "/hf/hub", BLOCK),
    (QWEN, "/home/me/.cache/flashinfer", WARN),
    (QWEN + " --enable-torch-compile", "/home/me/.cache/sgl_diffusion/torch_compile_cache/inductor",
     WARN),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "status"), FOLDERS)
def test_a_folder_that_cannot_be_written(text: str, path: str, status: str) -> None:
    found = said(text, machine(folders={path: closed(path)}))["folders"]
    assert [one.status for one in found if "cannot be written" in one.says] == [status]
    assert next(one.says for one in found if "cannot" in one.says).startswith(f"{path} (")


UNASKED = [
    (QWEN + " --no-save-output", "outputs/"),
    (QWEN + " --output-file-path /there/a.png", "outputs/"),
    (QWEN + ' --output-path "$OUT"', "outputs/"),
    ("cd /elsewhere; " + QWEN, "outputs/"),
    (QWEN, "/home/me/.cache/sgl_diffusion/torch_compile_cache/inductor"),
    ("HF_HOME=$H " + QWEN, HUB),
]


@pytest.mark.parametrize(("text", "path"), UNASKED)
def test_a_folder_that_is_not_certainly_written(text: str, path: str) -> None:
    (one,) = launches(text)
    assert path not in [folder.path for folder in one.folders]


PORTS = [
    (SERVE, 30000, WARN, "SGLang takes another one, and who asks this one meets somebody else"),
    (SERVE + " --port 8000", 8000, WARN, "port 8000 is taken"),
    (SERVE + " --strict-ports", 30000, BLOCK, "--strict-ports lets SGLang stop there"),
    (SERVE + " --strict-ports", 5555, BLOCK, "port 5555 is taken"),
    (SERVE + " --strict-ports --master-port 30100", 30100, BLOCK, "port 30100 is taken"),
    (SERVE + " --scheduler-port 6000", 6000, WARN, "port 6000 is taken: SGLang takes another one"),
    (QWEN + " --strict-ports", 30000, BLOCK, "port 30000 is taken"),
]


@pytest.mark.parametrize(("text", "number", "status", "says"), PORTS)
def test_a_port_that_is_taken(text: str, number: int, status: str, says: str) -> None:
    found = said(text, machine(ports={number: False}))["ports"]
    taken = [one for one in found if one.status != OK]
    assert [one.status for one in taken] == [status]
    assert says in taken[0].says


@pytest.mark.parametrize(("text", "number"), [(QWEN, 30000), (SERVE, 5555), (SERVE, 30005)])
def test_a_port_that_does_not_matter(text: str, number: int) -> None:
    assert number not in [port.number for port in launches(text)[0].ports]


PACKAGES = [
    (QWEN, "diffusers", BLOCK, "diffusers is not installed: SGLang ends without it"),
    (
        QWEN + " --attention-backend sage_attn",
        "sageattention",
        WARN,
        "SGLang takes fa in its place",
    ),
    (QWEN + " --attention-backend sparge_attn", "spas_sage_attn", BLOCK, "SGLang ends without it"),
    (QWEN + " --quantization bitsandbytes", "bitsandbytes", BLOCK, "SGLang ends without it"),
    (QWEN + " --transformer-weights-path x/svdq-int4_r32-q.safetensors", "nunchaku", BLOCK, ""),
]


@pytest.mark.parametrize(("text", "name", "status", "says"), PACKAGES)
def test_a_package_that_is_missing(text: str, name: str, status: str, says: str) -> None:
    found = said(text, machine(modules={name: False}))["packages"]
    missing = [one for one in found if name in one.says and one.status != OK]
    assert [one.status for one in missing] == [status]
    assert says in missing[0].says


@pytest.mark.parametrize("name", ["nunchaku", "bitsandbytes", "sageattention", "comfy_kitchen"])
def test_a_package_that_is_not_asked_for(name: str) -> None:
    assert name not in [module.name for module in launches(QWEN)[0].modules]


CUBIN = {"flashinfer-python": "0.6.3", "flashinfer-cubin": "0.6.2"}
VERSIONS = [
    (CUBIN, {}, WARN),
    (CUBIN, {"FLASHINFER_DISABLE_VERSION_CHECK": "1"}, OK),
    ({**CUBIN, "flashinfer-cubin": "0.6.3"}, {}, None),
    ({"flashinfer-python": "0.6.3", "flashinfer-jit-cache": "0.6.3+cu129"}, {}, None),
    ({"flashinfer-python": "0.6.3", "flashinfer-jit-cache": "0.6.4+cu129"}, {}, WARN),
    ({"flashinfer-python": "0.6.3", "flashinfer-cubin": None}, {}, None),
]


@pytest.mark.parametrize(("packages", "outside", "status"), VERSIONS)
def test_versions_of_flashinfer(
    packages: dict[str, str | None], outside: dict[str, str], status: str | None
) -> None:
    found = said(QWEN, machine(packages=packages), outside)["packages"]
    told = [one.status for one in found if "flashinfer" in one.says]
    assert told == ([] if status is None else [status])


def test_offloaded_weights_of_all_ranks_need_memory() -> None:
    text = "sglang generate --model-path Qwen/Qwen-Image --prompt x --text-encoder-cpu-offload true"
    whole = " --dit-cpu-offload false --vae-cpu-offload false"
    one, four = (launches(f"{text}{whole} --num-gpus {count}")[0].host for count in (1, 4))
    assert one is not None
    assert four == pytest.approx(4 * one)
    small = machine(
        gpus=tuple(map(gpu, range(4))), memory=Memory(64 * GIB, 60 * GIB, 32 * GIB, 9 * GIB)
    )
    status, says, _ = only(said(f"{text}{whole} --num-gpus 4", small), "host memory")
    assert status == WARN
    assert says.endswith("and 9.0 GiB are free in this container")
    assert "host memory" not in said(f"{QWEN}{whole} --text-encoder-cpu-offload false", small)


# --- several ways ---------------------------------------------------------------------------------


def test_launches_on_several_ways_are_told_apart() -> None:
    text = (
        "for m in Qwen/Qwen-Image black-forest-labs/FLUX.1-dev; do\n"
        "  sglang generate --model-path $m --prompt x\n"
        "done\n"
    )
    source = Source("run.sh", text, near=Neighbours(""))
    _, places = look(source, PACK, Options(), machine(), HOME)
    assert [(one.path, one.asked.model, one.asked.line) for one in places] == [
        ("for m=Qwen/Qwen-Image", "Qwen/Qwen-Image", 2),
        ("for m=black-forest-labs/FLUX.1-dev", "black-forest-labs/FLUX.1-dev", 2),
    ]


def test_gpus_of_each_round_of_a_loop() -> None:
    text = f"for i in 0 1; do\n  CUDA_VISIBLE_DEVICES=$i {QWEN} &\ndone\n"
    found = launches(text, name="run.sh")
    assert [one.visible for one in found if one.environment.is_known("CUDA_VISIBLE_DEVICES")] in (
        [],
        ["0", "1"],
    )


def test_a_launch_that_never_runs_is_not_looked_at() -> None:
    assert launches(f"exit 0\n{QWEN}\n", name="run.sh") == []
