"""What a launch asks of the machine that it runs on; no machine is looked at for it.

What is not known is None, and a path or a port that may be another one is left out.
"""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.documents.region import CONTAINER, HERE
from sgdlint.launch.wrappers import CONTAINERS
from sgdlint.preflight.environment import Environment, of_launch
from sgdlint.record import record
from sgdlint.rules.facts import Facts
from sgdlint.rules.memory import host_least

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine
    from sgdlint.scripts import Script
    from sgdlint.variants import Variant

PORT, PACKAGE = "port.", "package."
"""How the names of facts begin that tell of a port, or of a module that has to be there."""
STRICT = "port.strict"
HTTP = "port.http"
ENDS = "error"
"""What a fact `package.NAME` says where a launch ends without the module."""
HUB = "hub"
"""The key of the folder that weights are downloaded to."""
WORKERS = "machine.first_gpus"
VISIBLE, PATH = "CUDA_VISIBLE_DEVICES", "PATH"
CHANGES_PATH = ("PATH=", "activate")
"""What a script holds that may start another SGLang than the one found now."""
LOCAL = CONTAINERS - {"kubectl", "oc"}
"""Programs that start a container on this machine, and not somewhere in a cluster."""
MOVES = ("cd ", "pushd ")
"""What a script holds that may run a launch in another folder."""


@record
class Port:
    """A port that a launch uses. name: of the fact. strict: it ends where the port is taken."""

    name: str
    number: int
    strict: bool


@record
class Written:
    """A folder that a launch writes to. what: what for. must: the run is lost where it cannot."""

    what: str
    path: str
    must: bool
    key: str = ""


@record
class Module:
    """A Python module that a launch imports. without: `error`, or what it does instead."""

    name: str
    without: str


@record
class Asked:
    """What one launch asks.

    line: where it stands; 0 in a command. title: its first words. command: the subcommand.
    inside: it runs in a container, of which this machine tells nothing but its GPUs; or elsewhere:
    on another machine, or as another user.
    release, release_from: what it is checked for. written_for: what the file says, with its origin.
    program: what starts it, as it is written; None where that is not known. own_path: the script
    may start another SGLang than the one on PATH.
    gpus: how many it takes. first: it takes the first that it sees.
    least, most: GiB of memory on each GPU. host: GiB of weights that stay in the machine's memory.
    model: path or id. gated, is_id: whether its weights are behind a licence, and come from a hub.
    weights: GiB of all its weights. folder: where it may lie on this machine, cache: where its id
    does in the cache of Hugging Face; "" where that is not certain.
    token: the variable that gives a token, token_file: else the file; "" for none, None if unknown.
    """

    line: int
    title: str
    command: str
    inside: bool
    elsewhere: bool
    release: str
    release_from: str
    program: str | None
    own_path: bool
    environment: Environment
    gpus: int | None = None
    first: bool | None = None
    least: float | None = None
    most: float | None = None
    host: float | None = None
    model: str = ""
    is_id: bool = False
    gated: bool | None = None
    weights: float | None = None
    folder: str = ""
    cache: str = ""
    token: str | None = None
    token_file: str = ""
    ports: tuple[Port, ...] = ()
    folders: tuple[Written, ...] = ()
    modules: tuple[Module, ...] = ()
    written_for: tuple[str, str] | None = None

    @property
    def visible(self) -> str | None:
        """CUDA_VISIBLE_DEVICES; None where it is not set. Ask the environment whether it knows."""
        return self.environment.get(VISIBLE)


def asked(
    script: Script, variant: Variant, launch: Launch, engine: Engine, outside: Mapping[str, str]
) -> Asked:
    """Return what a launch asks. outside: the environment that sgdlint is started in."""
    facts = Facts(launch, engine.derived)
    region = script.region
    runs = region.granted.runs if region is not None else HERE
    contained = runs == CONTAINER or any(one in LOCAL for one in variant.found.wrappers)
    inside = launch.fresh or contained or runs != HERE
    environment = _environment(script, variant, launch, {} if inside else outside)
    text = script.source.text
    stays = not any(sign in text for sign in MOVES)
    folders = tuple(_written(facts, launch, environment, stays))
    hub = next((one.path for one in folders if one.key == HUB), "")
    path, is_id = (
        launch.model_path,
        launch.model is not None and launch.model_path == launch.model.id,
    )
    token, token_file = _token(environment)
    return Asked(
        line=script.source.location(script.at_home(launch.span).start)[0],
        title=f"sglang {launch.written or launch.command}",
        command=launch.command,
        inside=inside,
        elsewhere=inside and not contained,
        release=launch.release.name,
        release_from="",
        program=variant.found.command.words[variant.found.launcher].text,
        own_path=bool(launch.file) or any(sign in text for sign in CHANGES_PATH),
        environment=environment,
        gpus=_whole(_one(facts, "parallel.num_gpus")),
        first=_one(facts, WORKERS),
        least=_number(facts, "least"),
        most=_number(facts, "most"),
        host=host_least(launch, facts.lookup),
        model=path,
        is_id=is_id,
        gated=_one(facts, "hub.gated"),
        weights=_download(facts),
        folder=path if stays or path.startswith("/") else "",
        cache=f"{hub}/models--{path.replace('/', '--')}" if hub and is_id else "",
        token=token,
        token_file=token_file,
        ports=tuple(_ports(facts, engine)),
        folders=folders,
        modules=tuple(_modules(facts, engine)),
    )


def _environment(
    script: Script, variant: Variant, launch: Launch, outside: Mapping[str, str]
) -> Environment:
    """Return the variables of a launch; those that differ between its ways are not known."""
    found = of_launch(launch, outside, script.source.text)
    others = [script.found[number].environment for number in variant.numbers[1:]]
    differ = {
        name
        for name, one in launch.environment.items()
        if any(name not in other or other[name].word != one.word for other in others)
    }
    differ |= {name for other in others for name in other if name not in launch.environment}
    return Environment(found.values, found.unknown | differ) if differ else found


def _one(facts: Facts, name: str) -> Any:
    """Return the value of a derived fact where there is exactly one."""
    value = facts.lookup("derived", name)
    certain = value.values is not None and len(value.values) == 1 and not value.absent
    return value.values[0] if certain and value.values else None


def _number(facts: Facts, name: str) -> float | None:
    values = facts.lookup("memory", name).values
    return float(values[0]) if values and len(values) == 1 else None


def _download(facts: Facts) -> float | None:
    """Return the GiB of the big parts of a model; a VAE is small."""
    parts = [_number(facts, name) for name in ("dit", "text_encoder", "image_encoder")]
    return None if None in parts else sum(filter(None, parts))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _named(engine: Engine, prefix: str) -> Iterator[str]:
    for name in engine.pack.index.facts:
        if name.startswith(prefix) and engine.derived.get(name) is not None:
            yield name


def _ports(facts: Facts, engine: Engine) -> Iterator[Port]:
    strict = _one(facts, STRICT)
    for name in _named(engine, PORT):
        number = None if name == STRICT else _whole(_one(facts, name))
        if number:
            yield Port(name, number, bool(strict))


def _modules(facts: Facts, engine: Engine) -> Iterator[Module]:
    for name in _named(engine, PACKAGE):
        without = _one(facts, name)
        if without:
            yield Module(name.removeprefix(PACKAGE), without)
    needed = facts.lookup("attention", "package").values
    instead = facts.lookup("attention", "without").values
    if needed and instead and len(needed) == len(instead) == 1:
        yield from (Module(one, instead[0]) for one in needed[0].split(", "))


def _token(environment: Environment) -> tuple[str | None, str]:
    """Return the variable that gives a token for Hugging Face, and else the file that may."""
    rows = tables.table("machine")["token"]
    if not environment.is_known(*rows["variables"], *rows["unless"]):
        return None, ""
    if any(environment.is_true(name, rows["true"]) for name in rows["unless"]):
        return "", ""
    given = [name for name in rows["variables"] if (environment.get(name) or "").strip()]
    path = environment.first_path(rows["files"])
    return (given[0] if given else None if path is None else ""), path or ""


def _written(
    facts: Facts, launch: Launch, environment: Environment, stays: bool
) -> Iterator[Written]:
    """Yield the folders that are written to. stays: where the script runs, the launch does."""
    for row in tables.table("machine")["written"]:
        if launch.command not in row["commands"] or not tables.within(row, launch.release.name):
            continue
        named = _path(facts, row)
        if named and (stays or named.startswith("/")):
            yield Written(row["what"], named, launch.command == "generate")
    for row in tables.table("machine")["caches"]:
        if tables.within(row, launch.release.name) and _holds(facts, row.get("fact", "")):
            path = environment.first_path(row["paths"])
            if path and (stays or path.startswith("/")):
                yield Written(row["what"], path, row["key"] == HUB, row["key"])


def _holds(facts: Facts, name: str) -> bool:
    return not name or _one(facts, name) is True


def _path(facts: Facts, row: Mapping[str, Any]) -> str:
    """Return the folder that an option names, "" where nothing is written or it is not certain."""
    value = facts.lookup("effective", row["option"])
    instead = facts.lookup("option", row["instead"]) if "instead" in row else None
    switch = facts.lookup("option", row["switch"]) if "switch" in row else None
    if value.values is None or len(value.values) != 1 or value.absent:
        return ""
    if instead is not None and instead.values != ():
        return ""
    if switch is not None and (switch.values is None or False in switch.values):
        return ""
    text = str(value.values[0]).strip()
    if row.get("file"):
        return (text.rpartition("/")[0] or ("/" if text.startswith("/") else ".")) if text else ""
    return text
