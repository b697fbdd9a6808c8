"""What was seen on a machine: frozen records, in which None is what nobody could tell."""

from __future__ import annotations

from sgdlint.hardware import GpuInfo
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class Installed:
    """The SGLang that a launch would start.

    place: the environment that it lies in. program: what is found on PATH, "" where nothing is.
    editable: its source lies elsewhere, so that the version may be older than the code.
    """

    version: str
    place: str
    program: str = ""
    editable: bool = False


@record
class Folder:
    """A folder, or the nearest one above a path that is not there yet.

    at: its path. exists: whether the path itself is there. writable: whether a launch may write
    there; reason: why not. free: bytes that are left. device: of its file system.
    """

    at: str
    exists: bool
    writable: bool | None
    free: int | None
    reason: str = ""
    device: int | None = None


@record
class Memory:
    """Memory of the machine in bytes. available: what is free or can be freed.

    limit: what the container may take at most; left: how much of that is left.
    """

    total: int | None = None
    available: int | None = None
    limit: int | None = None
    left: int | None = None

    @property
    def free(self) -> int | None:
        """What a new process can take, as far as that is known."""
        known = [one for one in (self.available, self.left) if one is not None]
        return min(known, default=None)


@record
class Machine:
    """All that was seen.

    gpus: every GPU; None where NVML does not tell, for the reason in no_gpus. processes: names by
    number. started: the program that would start SGLang. installed: None where no SGLang was found;
    looked: where it was looked for; wrapper: the program, where it is none of Python.
    packages: version by name of distribution, None for one that is not there; open_packages: more
    may be there than their folders show. modules: whether a module is there.
    folders: by path, as asked. ports: whether each is free. cached: whether files of a repository
    are in the cache of Hugging Face, by its folder there. tokens: whether a file holds a token.
    paths: whether they exist. programs: where a program is found, "" for nowhere.
    """

    gpus: tuple[GpuInfo, ...] | None = None
    no_gpus: str = ""
    driver: str | None = None
    notes: tuple[str, ...] = ()
    processes: Mapping[int, str] = {}
    started: str = "sglang"
    installed: Installed | None = None
    looked: str = ""
    wrapper: str = ""
    packages: Mapping[str, str | None] = {}
    modules: Mapping[str, bool | None] = {}
    folders: Mapping[str, Folder] = {}
    ports: Mapping[int, bool | None] = {}
    cached: Mapping[str, bool | None] = {}
    tokens: Mapping[str, bool | None] = {}
    paths: Mapping[str, bool | None] = {}
    programs: Mapping[str, str] = {}
    memory: Memory = Memory()
