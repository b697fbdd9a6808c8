"""Which GPUs the programs around a launch give it: containers, Slurm, LSF, SkyPilot.

Each number is the most that the launch can see. Assumed: `#SBATCH` and `#BSUB` lines count as they
stand, and a cluster keeps its jobs to the GPUs that they asked for.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog.devices import gpu_of_type
from sgdlint.launch.bind import Event
from sgdlint.launch.launch import Granted
from sgdlint.launch.options import NoCommandError, UnclearError, enter
from sgdlint.launch.recognise import Grant
from sgdlint.launch.wrappers import wrapper_of
from sgdlint.record import record
from sgdlint.shell.values import Piece, Word
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.launch.recognise import Recognised

BATCH = "#SBATCH"
SLURM = ("sbatch", "salloc", "srun")
PARTS = ("hetjob", "packjob")
CONTAINERS = ("docker", "nerdctl", "podman")

_LONG = {"G": "gpus", "n": "ntasks", "N": "nodes"}
_GRES = r"(?:gres[:/])?gpu(?::(?P<type>[A-Za-z][\w.-]*))?(?:[:=](?P<count>\d+))?(?:\(.*\))?"
_NUMBER = r"(?:(?P<type>[A-Za-z][\w.-]*):)?(?P<count>\d+)"
VISIBLE = "NVIDIA_VISIBLE_DEVICES"
_APART = r"device=[\w-]+(?:,[\w-]+)+"
"""Names of GPUs that docker reads as the first one and something else."""
_BSUB = r"""(?m)^#BSUB[ \t]+(?P<whole>-gpu[ \t]+["']?(?P<value>[^"'\s]+)["']?)[ \t]*(?:#.*)?$"""
"""The one line of a script that asks LSF for GPUs."""
_LSF = r"num=(\d+)(?:/host)?(?::[\w=:,!#.-]*)?"
"""So many GPUs on each host: `num=2`; with `/task` it depends on the tasks."""
_SKY = r"(?P<type>[A-Za-z][\w.-]*)(?::(?P<count>\d+))?"
_CDI = "nvidia.com/gpu="


@record
class Bound:
    """So many GPUs at most; type: what Slurm calls them, "" when it does not tell."""

    count: int
    type: str
    grant: Grant


def granted(found: Recognised, text: str) -> Granted | None:
    """Return the smallest of what is given to a launch; text: the script, for `#SBATCH` lines."""
    bounds = [*_of_containers(found), *_of_slurm(found), *_of_sky(found)]
    bounds += _of_lsf(found, text)
    if not any(bound.grant.program == "sbatch" for bound in bounds):
        bounds += _of_header(found, text)
    if not bounds:
        return None
    least = min(bounds, key=lambda bound: bound.count)
    types = {bound.type for bound in bounds if bound.type}
    gpu = gpu_of_type(types.pop()) if len(types) == 1 else None
    start, end = least.grant.place
    span = Span(start, end) if start >= 0 else None
    return Granted(least.count, gpu, _shown(least.grant), span)


def refused(found: Recognised) -> Iterator[Event]:
    """Yield an event for each list of GPUs that docker refuses: `--gpus device=0,1`."""
    for grant in found.grants:
        if grant.program != "docker" or grant.name != "gpus":
            continue
        text = _text(grant)
        if not quick.fullmatch(_APART, text):
            continue
        can_edit = grant.place[0] >= 0 and not grant.nested
        edits = ((*grant.place, f"--gpus '\"{text}\"'"),) if can_edit else ()
        place = grant.place if grant.place[0] >= 0 else (found.command.start, found.command.end)
        yield Event("gpus-apart", (), (("value", text),), None, place, edits)


def _shown(grant: Grant) -> str:
    """Return an option as it would be written."""
    value = _text(grant)
    if grant.name == VISIBLE:
        return f"{VISIBLE}={value}"
    if grant.program in CONTAINERS:
        quoted = f"'{value}'" if '"' in value else value
        return f"{grant.program} run --{grant.name} {quoted}"
    if grant.name == "gpu" or len(grant.name) == 1:
        return f"{grant.program} -{grant.name} {value}"
    return f"{grant.program} --{grant.name}={value}"


# --- containers -----------------------------------------------------------------------------------


def _of_containers(found: Recognised) -> Iterator[Bound]:
    given = [grant for grant in found.grants if grant.program in CONTAINERS]
    if not given or any(grant.name == "privileged" for grant in given):
        return  # a privileged container sees every device
    # What podman calls so is the name of one GPU.
    asked = [grant for grant in given if grant.name == "gpus" and grant.program != "podman"]
    count = _requested(_text(asked[0])) if len(asked) == 1 else None
    if count:
        yield Bound(count, "", asked[0])
    devices = [grant for grant in given if grant.name == "device"]
    names = {_text(grant).removeprefix(_CDI) for grant in devices if _CDI in _text(grant)}
    if names and all(name.isdigit() for name in names):
        yield Bound(len(names), "", devices[0])
    yield from _of_runtime(found, given)


def _of_runtime(found: Recognised, given: Sequence[Grant]) -> Iterator[Bound]:
    """Yield what `--runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=0,1` gives."""
    if not any(grant.name == "runtime" and _text(grant) == "nvidia" for grant in given):
        return
    variable = found.environment.get(VISIBLE)
    text = variable.word.text if variable is not None and variable.word is not None else None
    if variable is None or text is None or any(grant.name == "gpus" for grant in given):
        return
    names = set(filter(None, text.split(",")))
    if names and not names & {"all", "none", "void"}:
        place = (variable.start, variable.end)
        word = variable.word
        yield Bound(len(names), "", Grant(given[0].program, VISIBLE, word, place))


def _requested(text: str) -> int | None:
    """Return how many GPUs `docker run --gpus` asks for: `2`, `device=0`, `"device=0,1"`."""
    fields: dict[str, str] = {}
    for field in quick.findall(r'(?:"[^"]*"|[^,"])+', text):
        key, equals, value = field.replace('"', "").partition("=")
        fields[key if equals else "count"] = value if equals else key
    if "device" in fields:
        names = {name for name in fields["device"].split(",") if name}
        # With both, docker refuses to start.
        return None if "count" in fields or "all" in names else len(names)
    count = fields.get("count", "")
    return int(count) if count.isdecimal() else None


def _of_sky(found: Recognised) -> Iterator[Bound]:
    """Yield what `sky launch --gpus H100:8` gives: that many on each node, or one."""
    given = [grant for grant in found.grants if grant.program == "sky"]
    match = quick.fullmatch(_SKY, _text(given[-1])) if given else None
    if match is not None and int(match["count"] or 1):
        yield Bound(int(match["count"] or 1), match["type"], given[-1])


def _of_lsf(found: Recognised, text: str) -> Iterator[Bound]:
    """Yield what `bsub -gpu num=2` or one `#BSUB -gpu "num=2"` gives: that many on each host."""
    given = [grant for grant in found.grants if grant.program == "bsub"]
    lines = list(quick.finditer(_BSUB, text)) if "#BSUB" in text and not found.fresh else []
    if not given and len(lines) == 1 and found.batch is None:
        one = lines[0]
        place = one.span("whole")
        value = Word(*place, (Piece((one["value"],), *one.span("value"), True),), False, "", *place)
        given = [Grant("#BSUB", "gpu", value, place)]
    match = quick.fullmatch(_LSF, _text(given[-1])) if given else None
    if match is not None and int(match[1]) and "nocvd" not in _text(given[-1]):
        yield Bound(int(match[1]), "", given[-1])


# --- Slurm ----------------------------------------------------------------------------------------


def _of_slurm(found: Recognised) -> Iterator[Bound]:
    for program in SLURM:
        # A command of salloc runs where it was called; with srun it runs in the job.
        if program != "salloc" or "srun" in found.wrappers:
            yield from _of_job([grant for grant in found.grants if grant.program == program])


def _of_job(given: Sequence[Grant]) -> Iterator[Bound]:
    """Yield what the options of one job give to each of its processes, at most."""
    if any(grant.name == "exclusive" for grant in given):
        return  # all GPUs of the node
    given = list({_LONG.get(grant.name, grant.name): grant for grant in given}.values())
    for grant in given:
        pattern = _GRES if grant.name == "gres" else _NUMBER
        if grant.name not in ("gres", "gpus", "G", "gpus-per-node", "gpus-per-task"):
            continue
        parts = [quick.fullmatch(pattern, part) for part in _text(grant).split(",")]
        kinds = [part for part in parts if part is not None]
        if not kinds or (grant.name != "gres" and len(kinds) < len(parts)):
            continue
        tasks = _tasks(given) if grant.name == "gpus-per-task" else 1
        count = sum(int(part["count"] or 1) for part in kinds) * tasks
        if count:
            yield Bound(count, (kinds[0]["type"] or "") if len(kinds) == 1 else "", grant)


def _tasks(given: Sequence[Grant]) -> int:
    """Return how many tasks a job has; 0 when it does not say."""
    texts = [_text(grant) for grant in given if grant.name in ("n", "ntasks")]
    return int(texts[-1]) if texts and texts[-1].isdecimal() else 0


def _of_header(found: Recognised, text: str) -> list[Bound]:
    """Return what the `#SBATCH` lines give; a container's engine does not run inside the job."""
    if found.fresh and found.batch is None:
        return []
    words = list(_words(text, 0) if found.batch is None else _words_of(found.batch))
    if any(word.text in PARTS for word in words):
        return []  # a job of several parts, each with GPUs of its own
    wrapper = wrapper_of("sbatch")
    if not words or wrapper is None:
        return []
    try:
        effects = enter(wrapper, words, 0).effects
    except (NoCommandError, UnclearError):
        return []
    grants = [
        Grant(BATCH, effect.name, effect.value, effect.place)
        for effect in effects
        if effect.kind == "grants"
    ]
    return list(_of_job(grants))


def _words_of(script: Word) -> Iterator[Word]:
    exact = len(script.pieces) == 1 and script.pieces[0].exact
    return _words(script.text or "", script.pieces[0].start if exact else None)


def _words(text: str, offset: int | None) -> Iterator[Word]:
    """Yield the words of the `#SBATCH` lines before the first command; offset: of the text."""
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            return
        if line.startswith(BATCH):
            for match in quick.finditer(r"\S+", line.partition(" #")[0]):
                if match[0] != BATCH:
                    yield _word(
                        match[0], None if offset is None else offset + start + match.start()
                    )
        start += len(line)


def _word(text: str, start: int | None) -> Word:
    place = (-1, -1) if start is None else (start, start + len(text))
    return Word(*place, (Piece((text,), *place, start is not None),), False, "", *place)


def _text(grant: Grant) -> str:
    return (grant.value.text or "") if grant.value is not None else ""
