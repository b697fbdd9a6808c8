"""What a container expects of the server in it: its ports, and what several GPUs need.

A port that a container publishes, or that a probe asks, is expected: the server must listen on it,
and not on the loopback address alone, which nothing outside of the container reaches.
Sources: Docker documentation, "Port publishing and mapping"; Kubernetes documentation, "Configure
Liveness, Readiness and Startup Probes"; NCCL user guide, "Troubleshooting", Docker.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch.bind import Event
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.launch.launch import Launch
    from sgdlint.launch.recognise import Grant, Recognised

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PUBLISHED = r"(?:[\d.]*:|\[[\da-fA-F:]*\]:)?(?:\d*:)?(?P<port>\d+)(?:/tcp)?"
_SHARED = ("shm-size", "ipc")
_MOUNTS = ("v", "volume", "mount", "tmpfs")
_NETWORKS = ("network", "net")
SHM = "/dev/shm"


@record
class Expected:
    """A port on which something outside of the container expects the server.

    says: what does, as it is written (`docker run -p 8000:8000`). span: where; None: nowhere.
    must: the container counts as failed without an answer there.
    """

    port: int
    says: str
    span: Span | None
    must: bool = False


@record
class Outside:
    """What is around a launch in a container.

    ports: where it is expected, when all of them are known. small_shm: what says that shared memory
    has its small default size; "" when it has not, or nobody knows. no_init: what says that no
    small init is process 1; "" likewise. same_gpus: GPUs that something else gets, too, and what
    does. serves_more: other programs may listen there, too.
    """

    ports: tuple[Expected, ...] = ()
    small_shm: str = ""
    no_init: str = ""
    same_gpus: tuple[tuple[str, ...], str] | None = None
    serves_more: bool = False


def of_containers(found: Recognised) -> Outside | None:
    """Return what the options of `docker run` say; None when there is no container."""
    given = [grant for grant in found.grants if grant.program in ("docker", "nerdctl", "podman")]
    if not given:
        return None
    names = {grant.name for grant in given}
    called = f"{given[0].program} run"
    is_own = names.isdisjoint(_NETWORKS)
    shares = not names.isdisjoint(_SHARED) or any(_mounts_shm(grant) for grant in given)
    return Outside(
        tuple(_published(given, called)) if is_own else (),
        "" if shares else called,
        "" if "init" in names else called,
        serves_more=len(found.others) > 1,
    )


def _mounts_shm(grant: Grant) -> bool:
    return grant.name in _MOUNTS and (grant.value is None or SHM in (grant.value.text or SHM))


def _published(given: Sequence[Grant], called: str) -> Iterator[Expected]:
    """Yield the ports of the container that are published; none when one is not known."""
    found = []
    for grant in given:
        if grant.name not in ("p", "publish"):
            continue
        text = grant.value.text if grant.value is not None else None
        match = quick.fullmatch(_PUBLISHED, text or "")
        if match is None:
            return
        option = "-p" if grant.name == "p" else "--publish"
        span = Span(*grant.place) if grant.place[0] >= 0 else None
        found.append(Expected(int(match["port"]), f"{called} {option} {text}", span))
    yield from found


def noticed(launch: Launch, outside: Outside) -> Iterator[Event]:
    """Yield what is to be said of a server and of what expects it."""
    if launch.command == "serve" and outside.ports:
        yield from _of_ports(launch, outside)
    if outside.small_shm:
        yield Event("default-shared-memory", (), (("where", outside.small_shm),))
    if outside.no_init:
        yield Event("no-init-process", (), (("where", outside.no_init),))
    if outside.same_gpus is not None:
        yield gpus_shared(*outside.same_gpus)


def gpus_shared(gpus: Sequence[str], other: str) -> Event:
    """Return the event for GPUs that something else uses, too."""
    called = f"GPU {gpus[0]}" if len(gpus) == 1 else f"GPUs {', '.join(gpus)}"
    return Event("gpus-shared", (), (("gpus", called), ("other", other)))


def _of_ports(launch: Launch, outside: Outside) -> Iterator[Event]:
    port, host = _value(launch, "port"), _value(launch, "host")
    if not isinstance(port, int):
        return
    mine = [one for one in outside.ports if one.port == port]
    others = [one for one in outside.ports if one.port != port and (one.must or not mine)]
    if mine and host in LOOPBACK:
        yield _event("host-not-reached", mine[0], launch, "host", str(host))
    if others and not outside.serves_more:
        yield _event("port-expected", others[0], launch, "port", str(port))


def _event(kind: str, one: Expected, launch: Launch, option: str, value: str) -> Event:
    given = launch.bound.given.get(option)
    words = (given.name_word, *given.value_words) if given is not None else ()
    fields = (("where", one.says), ("port", str(one.port)), ("value", value))
    beside = None if one.span is None else ("expected here", one.span.start, one.span.end)
    place = None if words else (launch.head_start, launch.head_end)
    return Event(kind, words, fields, given, place, beside=beside)


def _value(launch: Launch, option: str) -> object:
    """Return the value of an option that is certain, or its default; None when it is not known."""
    given = launch.bound.given.get(option)
    if given is not None and not given.dropped:
        return given.values[0] if given.values is not None and len(given.values) == 1 else None
    if given is None and launch.bound.may_be_given(option):
        return None
    flag = launch.release.flag(launch.command, option)
    return launch.release.options(launch.command)[flag].field_default if flag else None
