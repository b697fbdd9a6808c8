"""Files are written as a whole or not at all, whichever call to the system fails, and how."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sgdlint import cli, writing
from sgdlint.files import FileError

OLD = b"sglang serve --warmup --model-path Qwen/Qwen-Image # \xe2\x82\xac\r\n"
NEW = OLD.replace(b"--warmup", b"--warmup-mode request")


class Calls:
    """The module `os`, of which one call fails: the `number`th, counted from 0.

    failure: what it raises. dead: from then on every call does, as if the process were gone.
    half: a write that fails has written half of its bytes before.
    """

    def __init__(
        self, number: int, failure: BaseException, dead: bool = False, half: bool = False
    ) -> None:
        self.number, self.failure, self.dead, self.half = number, failure, dead, half
        self.made: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name in ("getpid", "path", "stat_result") or not callable(real):
            return real

        def call(*arguments: Any, **options: Any) -> Any:
            self.made.append(name)
            at = len(self.made) - 1
            if at == self.number or (self.dead and at > self.number):
                if self.half and name == "write":
                    os.write(arguments[0], arguments[1][: len(arguments[1]) // 2])
                if name == "close":  # the system closes it, whatever it says
                    os.close(*arguments)
                raise self.failure
            return real(*arguments, **options)

        return call


class Gone(BaseException):
    """The process is killed: nothing behind it runs."""


def single(folder: Path) -> list[Path]:
    """Make a file."""
    (folder / "a.sh").write_bytes(OLD)
    return [folder / "a.sh"]


def linked(folder: Path) -> list[Path]:
    """Make a file with two names."""
    os.link(single(folder)[0], folder / "b.sh")
    return [folder / "a.sh", folder / "b.sh"]


def symbolic(folder: Path) -> list[Path]:
    """Make a link to a file in another folder."""
    (folder / "real").mkdir()
    single(folder / "real")
    (folder / "a.sh").symlink_to("real/a.sh")
    return [folder / "a.sh", folder / "real" / "a.sh"]


LAYOUTS = (single, linked, symbolic)


def everything(folder: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def run(monkeypatch: pytest.MonkeyPatch, path: Path, calls: Calls) -> int | None:
    """Fix a file while a call fails; return the exit status, None when it was killed."""
    monkeypatch.setattr(writing, "os", calls)
    try:
        return cli.main(["fix", "--sglang", "0.5.23", str(path)])
    except Gone:
        return None
    finally:
        monkeypatch.undo()


def failures(make: Callable[[Path], list[Path]], folder: Path, **how: Any) -> list[Calls]:
    """Return one way to fail for each call that writing such a file makes."""
    path = make(folder)[0]
    watched = Calls(-1, OSError())
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run(monkeypatch, path, watched) == 0
    assert path.read_bytes() == NEW
    return [Calls(number, **how) for number in range(len(watched.made))]


def each(
    tmp_path: Path, make: Callable[[Path], list[Path]], **how: Any
) -> list[tuple[Path, Calls]]:
    """Return a folder of its own for each call that may fail."""
    (tmp_path / "all").mkdir()
    found = []
    for number, calls in enumerate(failures(make, tmp_path / "all", **how)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found.append((folder, calls))
    return found


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EPERM, errno.EACCES])
@pytest.mark.parametrize("make", LAYOUTS)
def test_whichever_call_fails_the_file_is_whole_and_it_is_told(
    make: Callable[[Path], list[Path]],
    number: int,
    half: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = set()
    for folder, calls in each(
        tmp_path, make, failure=OSError(number, os.strerror(number)), half=half
    ):
        paths = make(folder)
        names = everything(folder)
        capsys.readouterr()
        status = run(monkeypatch, paths[0], calls)
        what = calls.made[calls.number]
        failed.add(what)
        told = capsys.readouterr().err
        held = {path.read_bytes() for path in paths}
        assert held in ({OLD}, {NEW}), what
        left = set(everything(folder)) - set(names)
        assert all(name in told for name in left), (what, left)
        if status == 0:  # another way was found
            assert held == {NEW}
            assert not told
        else:
            assert status == 2
            assert (": nothing was written" in told) == (held == {OLD}), (what, told)
            assert left == set() or what == "unlink"
    assert failed.issuperset({"stat", "open", "write", "ftruncate", "fsync", "close"})


@pytest.mark.parametrize("make", LAYOUTS)
def test_an_interrupt_in_any_call_leaves_nothing_behind(
    make: Callable[[Path], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, calls in each(tmp_path, make, failure=KeyboardInterrupt(), half=True):
        paths = make(folder)
        names = everything(folder)
        assert run(monkeypatch, paths[0], calls) == 130
        assert {path.read_bytes() for path in paths} in ({OLD}, {NEW})
        if calls.made[calls.number] not in ("unlink", "close"):
            assert everything(folder) == names, calls.made[calls.number]


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("make", [single, symbolic])
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(
    make: Callable[[Path], list[Path]], half: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    for folder, calls in each(tmp_path, make, failure=Gone(), dead=True, half=half):
        paths = make(folder)
        names = everything(folder)
        assert run(monkeypatch, paths[0], calls) is None
        held = paths[0].read_bytes()
        assert held in (OLD, NEW)
        seen.add(held)
        left = set(everything(folder)) - set(names)
        assert all(writing.BESIDE in name for name in left)
        for name in left:  # the run of another day takes it away
            os.utime(folder / name, (0, time.time() - writing.LEFT_OVER - 1))
        paths[-1].write_bytes(OLD)
        assert cli.main(["fix", "--sglang", "0.5.23", str(paths[0])]) == 0
        assert everything(folder) == names
    assert seen == {OLD, NEW}


@pytest.mark.parametrize("half", [False, True])
def test_a_file_with_two_names_is_there_whole_beside_when_the_process_is_killed(
    half: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damaged = 0
    for folder, calls in each(tmp_path, linked, failure=Gone(), dead=True, half=half):
        path, other = linked(folder)
        assert run(monkeypatch, path, calls) is None
        assert path.samefile(other)
        beside = folder / f".a.sh{writing.OLD_END}"
        if path.read_bytes() in (OLD, NEW):
            continue
        damaged += 1
        assert beside.read_bytes() == OLD
        path.write_bytes(OLD)
        capsys.readouterr()
        assert cli.main(["fix", "--sglang", "0.5.23", str(path)]) == 2
        assert f"the old text is in {beside}" in capsys.readouterr().err
        assert path.read_bytes() == OLD
    assert bool(damaged) == half


def test_a_disk_that_dies_while_it_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = 0
    dying = OSError(errno.EIO, os.strerror(errno.EIO))
    for folder, calls in each(tmp_path, linked, failure=dying, dead=True, half=True):
        path, _ = linked(folder)
        capsys.readouterr()
        assert run(monkeypatch, path, calls) == 2
        told = capsys.readouterr().err
        if path.read_bytes() not in (OLD, NEW):
            damaged += 1
            beside = folder / f".a.sh{writing.OLD_END}"
            assert beside.read_bytes() == OLD
            assert (
                f"damaged while it was written (Input/output error): its old text is in {beside}"
                in (told)
            )
    assert damaged


INTERRUPTED = """
import os, signal, sys
from sgdlint.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests may ignore signals
for number in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
real = os.fsync
def fsync(descriptor):
    os.kill(os.getpid(), {number})
    real(descriptor)
os.fsync = fsync
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGHUP, -1)]
)
@pytest.mark.parametrize("make", LAYOUTS)
def test_signals_wait_until_the_file_is_written(
    make: Callable[[Path], list[Path]], sent: signal.Signals, status: int, tmp_path: Path
) -> None:
    paths = make(tmp_path)
    names = everything(tmp_path)
    program = INTERRUPTED.format(number=int(sent))
    command = [sys.executable, "-c", program, "fix", "--sglang", "0.5.23", str(paths[0])]
    assert subprocess.run(command, check=False).returncode == status
    assert {path.read_bytes() for path in paths} == {NEW}
    assert everything(tmp_path) == names


def limited(size: int, path: Path) -> subprocess.CompletedProcess[str]:
    """Fix a file in a process that may write files of so many bytes at most."""
    program = (
        "import resource, sys\nfrom sgdlint.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "fix", "--sglang", "0.5.23", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("make", LAYOUTS)
def test_a_file_that_the_system_lets_grow_no_further(
    make: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    paths = make(tmp_path)
    names = everything(tmp_path)
    done = limited(len(OLD) // 2, paths[0])
    assert done.returncode == 2
    assert "a.sh: cannot be written (File too large): nothing was written" in done.stderr
    assert {path.read_bytes() for path in paths} == {OLD}
    assert everything(tmp_path) == names
    assert limited(len(NEW), paths[0]).returncode == 0
    assert {path.read_bytes() for path in paths} == {NEW}


@pytest.mark.parametrize("hard", [False, True])
def test_a_disk_that_is_full(hard: bool, tmp_path: Path) -> None:
    """A file system of its own, in a name space of its own, where this user may have one."""
    again = "ln a.sh b.sh\n" if hard else ""
    script = f"""
mount -t tmpfs -o size=16k,nr_inodes=16 none "$1" && cd "$1" || exit 77
printf %s "$OLD" > a.sh
{again}dd if=/dev/zero of=filler bs=4096 2>/dev/null
"$2" -m sgdlint fix --sglang 0.5.23 a.sh
echo "status $?"
ls -A
cat a.sh
"""
    command = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", script, "bash"]
    environment = {**os.environ, "OLD": OLD.decode(), "PYTHONPATH": str(Path.cwd())}
    try:
        done = subprocess.run(
            [*command, str(tmp_path), sys.executable],
            env=environment,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if b"status" not in done.stdout:
        pytest.skip(f"no file system of one's own here: {done.stderr.decode().strip()}")
    told, _, rest = done.stdout.decode().partition("status 2\n")
    assert rest == "\n".join(["a.sh", *(["b.sh"] if hard else []), "filler"]) + "\n" + OLD.decode()
    assert b"No space left on device): nothing was written" in done.stderr
    assert "SGD" in told


@pytest.mark.parametrize("make", LAYOUTS)
def test_mode_and_attributes_are_kept(make: Callable[[Path], list[Path]], tmp_path: Path) -> None:
    paths = make(tmp_path)
    links = [path.is_symlink() for path in paths]
    paths[0].chmod(0o750)
    try:
        os.setxattr(paths[0], "user.note", b"mine")
    except OSError:
        pytest.skip("no extended attributes here")
    writing.replace(str(paths[0]), OLD, NEW)
    for path in paths:
        assert path.read_bytes() == NEW
        assert stat.S_IMODE(path.stat().st_mode) == 0o750
        assert os.getxattr(path, "user.note") == b"mine"
    assert [path.is_symlink() for path in paths] == links
    assert len({path.stat().st_ino for path in paths}) == 1


ACCESS = "system.posix_acl_access"
READABLE_BY_7 = bytes.fromhex(
    "0200000001000600ffffffff020004000700000004000400ffffffff10000400ffffffff20000000ffffffff"
)
"""An access list as Linux stores it: user 7 may read what others may not."""


def test_access_lists_are_kept(tmp_path: Path) -> None:
    (path,) = single(tmp_path)
    try:
        os.setxattr(path, ACCESS, READABLE_BY_7)
    except OSError:
        pytest.skip("no access lists here")
    number = path.stat().st_ino
    writing.replace(str(path), OLD, NEW)
    assert path.stat().st_ino != number
    assert os.getxattr(path, ACCESS) == READABLE_BY_7


def test_an_access_list_of_the_folder_is_not_taken_on(tmp_path: Path) -> None:
    (path,) = single(tmp_path)
    mode = path.stat().st_mode
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", READABLE_BY_7)
    except OSError:
        pytest.skip("no access lists here")
    writing.replace(str(path), OLD, NEW)
    assert os.listxattr(path) == []
    assert path.stat().st_mode == mode


@pytest.mark.parametrize("name", ["chown", "setxattr"])
def test_what_cannot_be_given_to_a_new_file_stays_with_the_old_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = single(tmp_path)
    if name == "setxattr":
        try:
            os.setxattr(path, "user.note", b"mine")
        except OSError:
            pytest.skip("no extended attributes here")
    number, real = path.stat().st_ino, os.stat

    def stat_of_another(file: object) -> object:
        found = real(file)  # type: ignore[arg-type]
        if name != "chown" or not isinstance(file, str):
            return found
        return os.stat_result((*found[:4], found.st_uid + 1, *found[5:]))

    def refuse(*_arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "stat", stat_of_another)
    monkeypatch.setattr(os, name, refuse)
    writing.replace(str(path), OLD, NEW)
    monkeypatch.undo()
    assert (path.read_bytes(), path.stat().st_ino) == (NEW, number)
    assert os.listdir(tmp_path) == ["a.sh"]


@pytest.mark.parametrize("make", LAYOUTS)
def test_a_file_that_changed_is_left_alone(
    make: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    path = make(tmp_path)[0]
    names = everything(tmp_path)
    path.write_bytes(b"somebody else was here\n")
    with pytest.raises(FileError, match="changed while it was being fixed: nothing was written"):
        writing.replace(str(path), OLD, NEW)
    assert path.read_bytes() == b"somebody else was here\n"
    assert everything(tmp_path) == names


def test_a_file_that_is_gone_stays_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="gone while it was being fixed: nothing was written"):
        writing.replace(str(tmp_path / "a.sh"), OLD, NEW)
    assert everything(tmp_path) == []


def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    (path,) = single(tmp_path)
    path.chmod(0o444)
    with pytest.raises(FileError, match="read-only: nothing was written; make it writable first"):
        writing.replace(str(path), OLD, NEW)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("make", LAYOUTS)
def test_a_folder_that_cannot_be_written(
    make: Callable[[Path], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = make(tmp_path)[0], os.open

    def refuse(name: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            raise PermissionError(13, "Permission denied")
        return real(name, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileError, match="no permission to write in its folder: nothing was wri"):
        writing.replace(str(path), OLD, NEW)
    monkeypatch.undo()
    assert path.read_bytes() == OLD


def test_files_beside_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (path,) = single(tmp_path)
    name = f"{writing.BESIDE}{os.getpid()}-{{}}{writing.BESIDE_END}"
    (tmp_path / name.format(0)).write_bytes(b"theirs")
    writing.replace(str(path), OLD, NEW)
    assert (tmp_path / name.format(0)).read_bytes() == b"theirs"
    for number in range(1, writing.MOST_NAMES):
        (tmp_path / name.format(number)).touch()
    with pytest.raises(FileError, match="of other runs are in the way: nothing was written"):
        writing.replace(str(path), NEW, OLD)
    assert path.read_bytes() == NEW


def test_a_long_name(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 252 + ".sh")
    path.write_bytes(OLD)
    writing.replace(str(path), OLD, NEW)
    assert path.read_bytes() == NEW
