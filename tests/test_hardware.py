"""`sgdlint.hardware` against recordings of NVML, and against each way in which NVML fails."""

from __future__ import annotations

import copy
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pynvml
import pytest

from sgdlint.cli import main
from sgdlint.hardware import GpuInfo, HardwareError, detect

RECORDINGS = sorted((Path(__file__).parent / "data" / "nvml").glob("*.json"))
GIB = 1 << 30
NAME = "NVIDIA H100 80GB HBM3"
UUID = "GPU-00000000-0000-0000-0000-00000000000"
INSTANCE = {
    "nvmlDeviceGetName": NAME + " MIG 1g.10gb",
    "nvmlDeviceGetUUID": "MIG-00000000-0000-0000-0000-000000000100",
    "nvmlDeviceGetMemoryInfo": {"total": 10 * GIB, "free": 10 * GIB, "used": 0},
}

Recording = dict[str, Any]
Install = Callable[[Recording], "FakeNvml"]


class FakeNvml(ModuleType):
    """The module `pynvml`, answering from a recording; a handle is the record of one GPU."""

    NVMLError = pynvml.NVMLError

    def __init__(self, recording: Recording) -> None:
        super().__init__("pynvml")
        self.recording = recording
        self.shut_down = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if not name.startswith("nvml"):
            raise AttributeError(name)
        return lambda *args: self.answer(name, *args)

    def answer(self, name: str, *args: Any) -> Any:
        """Answer one call as `pynvml` does: values, structures or an exception."""
        self.shut_down += name == "nvmlShutdown"
        if name == "nvmlDeviceGetHandleByIndex":
            gpu = self.recording["gpus"][args[0]]
            return gpu if isinstance(gpu.get(name), int) else as_pynvml(gpu[name])
        if name == "nvmlDeviceGetMigDeviceHandleByIndex":
            return as_pynvml(args[0]["mig"][args[1]], handle=True)
        place = args[0] if args else self.recording
        return as_pynvml(place.get(name, {"error": pynvml.NVML_ERROR_NOT_SUPPORTED}))


def as_pynvml(answer: Any, *, handle: bool = False) -> Any:
    """Return a recorded answer in the shape in which `pynvml` gives it, or raise it."""
    if isinstance(answer, dict):
        if "error" in answer:
            raise pynvml.NVMLError(answer["error"])
        return answer if handle else SimpleNamespace(**answer)
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return [SimpleNamespace(**item) for item in answer]
    return answer


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> Callable[[Recording], FakeNvml]:
    """Return a function that puts a recording in the place of the real module."""

    def install(recording: Recording) -> FakeNvml:
        fake = FakeNvml(recording)
        monkeypatch.setitem(sys.modules, "pynvml", fake)
        return fake

    return install


def gpu(index: int) -> Recording:
    """Return the record of one idle H100."""
    return {
        "nvmlDeviceGetHandleByIndex": index,
        "nvmlDeviceGetName": NAME,
        "nvmlDeviceGetUUID": UUID + str(index),
        "nvmlDeviceGetMemoryInfo": {"total": 80 * GIB, "free": 79 * GIB, "used": GIB},
        "nvmlDeviceGetCudaComputeCapability": [9, 0],
        "nvmlDeviceGetComputeRunningProcesses": [],
        "nvmlDeviceGetUtilizationRates": {"gpu": 0, "memory": 0},
        "nvmlDeviceGetMigMode": [0, 0],
        "nvmlDeviceGetMaxMigDeviceCount": 2,
        "mig": [],
    }


def machine(count: int = 2) -> Recording:
    """Return the recording of a machine with some idle H100s."""
    return {
        "nvmlInit": None,
        "nvmlShutdown": None,
        "nvmlDeviceGetCount": count,
        "nvmlSystemGetDriverVersion": "580.1",
        "gpus": [gpu(index) for index in range(count)],
    }


def change(answers: Recording, gpus: tuple[int, ...] = (0,)) -> Recording:
    """Return the recording of two GPUs of which some answer otherwise."""
    recording = machine()
    for index in gpus:
        recording["gpus"][index].update(copy.deepcopy(answers))
    return recording


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_machine_is_reported_as_nvml_described_it(
    path: Path, nvml: Callable[[Recording], FakeNvml]
) -> None:
    recording = json.loads(path.read_text())
    nvml(recording)
    if recording["nvmlInit"] is not None:
        with pytest.raises(HardwareError):
            detect({})
        return
    found = [(info.name, info.total, info.free, info.capability) for info in detect({}).gpus]
    assert found == [
        (
            answers["nvmlDeviceGetName"],
            answers["nvmlDeviceGetMemoryInfo"]["total"],
            answers["nvmlDeviceGetMemoryInfo"]["free"],
            tuple(answers["nvmlDeviceGetCudaComputeCapability"]),
        )
        for answers in recording["gpus"]
    ]


def test_an_idle_gpu(nvml: Callable[[Recording], FakeNvml]) -> None:
    fake = nvml(machine(1))
    found = detect({})
    whole = GpuInfo(0, NAME, UUID + "0", 80 * GIB, 79 * GIB, (9, 0), busy=False)
    assert (found.gpus, found.driver, found.hidden, found.notes) == ((whole,), "580.1", 0, ())
    assert fake.shut_down == 1


DESCRIBED = [
    ({}, (None, None), (NAME, 2, 80.0)),
    ({}, (8, 40.0), (NAME, 8, 40.0)),
    ({"nvmlDeviceGetMemoryInfo": {"total": 24 * GIB, "free": 0}}, (None, None), (NAME, 2, 24.0)),
    ({"nvmlDeviceGetMemoryInfo": {"error": 3}}, (None, None), (NAME, 2, 80.0)),
    ({"nvmlDeviceGetName": {"error": 3}}, (None, None), (NAME, 2, 80.0)),
]


@pytest.mark.parametrize(("answers", "given", "described"), DESCRIBED)
def test_a_machine_in_three_words(
    answers: Recording,
    given: tuple[int | None, float | None],
    described: tuple[str, int, float | None],
    nvml: Callable[[Recording], FakeNvml],
) -> None:
    nvml(change(answers))
    assert detect({}).described(*given) == described


def test_a_machine_of_which_nothing_is_told(nvml: Callable[[Recording], FakeNvml]) -> None:
    refused = {"nvmlDeviceGetMemoryInfo": {"error": 3}, "nvmlDeviceGetName": {"error": 3}}
    nvml(change(refused, (0, 1)))
    assert detect({}).described() == ("", 2, None)


BUSY = [
    ({}, False),
    ({"nvmlDeviceGetComputeRunningProcesses": [{"pid": 1, "usedGpuMemory": None}]}, True),
    ({"nvmlDeviceGetUtilizationRates": {"gpu": 3, "memory": 0}}, True),
    ({"nvmlDeviceGetMemoryInfo": {"total": 80 * GIB, "free": 70 * GIB, "used": 10 * GIB}}, True),
    ({"nvmlDeviceGetComputeRunningProcesses": {"error": 4}}, False),
    (
        {
            "nvmlDeviceGetComputeRunningProcesses": {"error": 4},
            "nvmlDeviceGetUtilizationRates": {"error": 3},
            "nvmlDeviceGetMemoryInfo": {"error": 3},
        },
        None,
    ),
]


@pytest.mark.parametrize(("answers", "busy"), BUSY)
def test_any_sign_of_work_makes_a_gpu_busy(
    answers: Recording, busy: bool | None, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(change(answers))
    assert detect({}).gpus[0].busy is busy


REFUSED_FIELDS = [
    ("nvmlDeviceGetName", "name"),
    ("nvmlDeviceGetUUID", "uuid"),
    ("nvmlDeviceGetMemoryInfo", "total"),
    ("nvmlDeviceGetMemoryInfo", "free"),
    ("nvmlDeviceGetCudaComputeCapability", "capability"),
]


@pytest.mark.parametrize("code", [3, 4, 13, 999])
@pytest.mark.parametrize(("call", "field"), REFUSED_FIELDS)
def test_a_refused_call_leaves_one_field_unknown(
    call: str, field: str, code: int, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(change({call: {"error": code}}))
    first, second = detect({}).gpus
    assert (getattr(first, field), first.index) == (None, 0)
    assert getattr(second, field) is not None


@pytest.mark.parametrize("call", ["nvmlDeviceGetHandleByIndex", "nvmlDeviceGetMemoryInfo"])
@pytest.mark.parametrize(("code", "why"), [(15, "GPU is lost"), (16, "GPU requires restart")])
def test_a_lost_gpu_is_left_out_and_named(
    call: str, code: int, why: str, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(change({call: {"error": code}}))
    found = detect({})
    assert [info.index for info in found.gpus] == [1]
    assert found.notes == (f"GPU 0 does not answer: {why}.",)


FAILURES = [
    ({"nvmlInit": {"error": 12}}, "this machine has no NVIDIA driver"),
    ({"nvmlInit": {"error": 9}}, "the NVIDIA driver is not loaded"),
    ({"nvmlInit": {"error": 4}}, "this user may not ask the NVIDIA driver"),
    ({"nvmlInit": {"error": 18}}, "updated while loaded"),
    ({"nvmlInit": {"error": 999}}, "NVML did not start: Unknown Error"),
    ({"nvmlDeviceGetCount": {"error": 4}}, "NVML failed: Insufficient Permissions"),
    ({"nvmlDeviceGetCount": 0}, "this machine has no NVIDIA GPU"),
    (change({"nvmlDeviceGetName": {"error": 15}}, (0, 1)), "GPU 1 does not answer: GPU is lost"),
]


@pytest.mark.parametrize(("answers", "message"), FAILURES)
def test_a_machine_that_cannot_be_read_says_why(
    answers: Recording, message: str, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(machine() | answers)
    with pytest.raises(HardwareError, match=message):
        detect({})


def test_a_missing_module_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(HardwareError, match="pip install nvidia-ml-py"):
        detect({})


@pytest.mark.parametrize("answers", [{"nvmlDeviceGetCount": {"error": 999}}, {}])
def test_nvml_is_always_shut_down(
    answers: Recording, nvml: Callable[[Recording], FakeNvml]
) -> None:
    fake = nvml(machine() | answers)
    try:
        detect({"CUDA_VISIBLE_DEVICES": "7"})
    except HardwareError:
        assert fake.shut_down == 1
    else:
        pytest.fail("GPU 7 does not exist")


def test_a_failing_shutdown_is_no_failure(nvml: Callable[[Recording], FakeNvml]) -> None:
    nvml(machine() | {"nvmlShutdown": {"error": 999}})
    assert len(detect({}).gpus) == 2


VISIBLE = [
    ("0,1,2,3", [0, 1, 2, 3], 0),
    ("2,0", [2, 0], 2),
    (" 1 , 3 ", [1, 3], 2),
    (UUID + "3", [3], 3),
    (f"1,{UUID}0", [1, 0], 2),
    ("1,9,0", [1], 3),
    ("3,-1,0", [3], 3),
    (f"2,{UUID}", [2], 3),
]


@pytest.mark.parametrize(("setting", "indices", "hidden"), VISIBLE)
def test_only_visible_gpus_count(
    setting: str, indices: list[int], hidden: int, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(machine(4))
    found = detect({"CUDA_VISIBLE_DEVICES": setting})
    assert ([info.index for info in found.gpus], found.hidden) == (indices, hidden)


@pytest.mark.parametrize("setting", ["", "-1", "none", "8", "0,0", f"0,{UUID}0"])
def test_no_visible_gpu_is_an_error_that_quotes_the_setting(
    setting: str, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(machine(4))
    with pytest.raises(HardwareError, match=f"CUDA_VISIBLE_DEVICES='{setting}'"):
        detect({"CUDA_VISIBLE_DEVICES": setting})


MIG = {
    "nvmlDeviceGetMigMode": [1, 1],
    "mig": [INSTANCE, INSTANCE | {"nvmlDeviceGetUUID": "MIG-2"}],
}


@pytest.mark.parametrize("setting", [None, "0", "MIG-0"])
def test_a_process_sees_one_mig_instance(
    setting: str | None, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(change(MIG))
    found = detect({} if setting is None else {"CUDA_VISIBLE_DEVICES": setting})
    assert [(info.mig, info.total, info.capability) for info in found.gpus] == [
        (True, 10 * GIB, (9, 0))
    ]
    assert found.hidden == 2
    assert found.notes == ("MIG is on: a process can use one instance, and nothing else.",)


def test_mig_without_instances_leaves_nothing_of_that_gpu(
    nvml: Callable[[Recording], FakeNvml],
) -> None:
    nvml(change({"nvmlDeviceGetMigMode": [1, 1], "mig": [{"error": 6}, {"error": 6}]}))
    assert [info.index for info in detect({}).gpus] == [1]


@pytest.mark.parametrize(("order", "notes"), [({}, 1), ({"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, 0)])
def test_different_gpus_may_be_ordered_otherwise_by_cuda(
    order: dict[str, str], notes: int, nvml: Callable[[Recording], FakeNvml]
) -> None:
    nvml(change({"nvmlDeviceGetName": "NVIDIA L4"}))
    assert len(detect(order).notes) == notes


def test_names_given_as_bytes_by_old_bindings(nvml: Callable[[Recording], FakeNvml]) -> None:
    nvml(change({"nvmlDeviceGetName": b"Tesla T4"}))
    assert detect({}).gpus[0].name == "Tesla T4"


def recorded(name: str) -> Recording:
    """Return a recording of a real machine."""
    path = Path(__file__).parent / "data" / "nvml" / f"{name}.json"
    found: Recording = json.loads(path.read_text(encoding="utf-8"))
    return found


class TestOnTheCommandLine:
    """`--gpu auto`: what was found is told, and counts."""

    WORDS = ("recommend", "--model", "Qwen/Qwen-Image", "--sglang", "0.5.23", "--gpu", "auto")

    def test_a_gpu(self, nvml: Install, capsys: pytest.CaptureFixture[str]) -> None:
        nvml(recorded("h100-idle"))
        assert main(self.WORDS) == 0
        out, err = capsys.readouterr()
        told = "sgdlint: GPU 0: NVIDIA H100 80GB HBM3, 79.6 GiB, 79.2 free, compute capability 9.0"
        assert err == f"{told}, idle\n"
        assert out.startswith("# SGLang 0.5.23, 1 × NVIDIA H100 80GB HBM3, for latency; ")
        assert "at most of 79.6: fits" in out

    def test_more_gpus_may_be_asked_for(
        self, nvml: Install, capsys: pytest.CaptureFixture[str]
    ) -> None:
        nvml(recorded("h100-idle"))
        assert main((*self.WORDS, "--gpus", "2", "--format", "shell")) == 0
        assert "--num-gpus 2" in capsys.readouterr().out

    def test_no_gpu(self, nvml: Install, capsys: pytest.CaptureFixture[str]) -> None:
        nvml(recorded("no-driver"))
        assert main(self.WORDS) == 2
        assert capsys.readouterr().err == (
            "sgdlint: error: --gpu auto: this machine has no NVIDIA driver\n"
        )

    def test_no_module(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "pynvml", None)
        assert main(self.WORDS) == 2
        assert "the Python module pynvml is missing (pip install" in capsys.readouterr().err


def test_the_thread_that_nvml_leaves_takes_no_signals(
    nvml: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the signals blocked that are blocked while NVML starts; then ours are as before."""
    fake = nvml(json.loads(RECORDINGS[0].read_text(encoding="utf-8")))
    blocked: list[set[Any]] = []
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    fake.nvmlInit = lambda: blocked.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))  # type: ignore[attr-defined]
    detect({})
    assert {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD} <= blocked[0]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == masked
