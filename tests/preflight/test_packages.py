"""Where SGLang would be started from, and what lies beside it: environments made of folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdlint.preflight import system
from sgdlint.preflight.facts import Installed
from sgdlint.preflight.packages import Packages, interpreter_of, of_interpreter, of_launch


def environment(path: Path, version: str = "0.5.19", head: str = "#!{python}\n") -> Path:
    """Make the folders of a virtual environment with SGLang, and return its program."""
    folder = path / "lib" / "python3.12" / "site-packages"
    (folder / f"sglang-{version}.dist-info").mkdir(parents=True)
    (folder / "flashinfer_python-0.6.3.dist-info").mkdir()
    (folder / "diffusers").mkdir()
    (folder / "one.py").touch()
    (folder / "two.cpython-312-x86_64-linux-gnu.so").touch()
    (path / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    (path / "bin").mkdir()
    (path / "bin" / "python3.12").touch()
    program = path / "bin" / "sglang"
    program.write_text(head.format(python=path / "bin" / "python3.12") + "import sys\n")
    program.chmod(0o755)
    return program


def test_the_program_on_path_counts(tmp_path: Path) -> None:
    program = environment(tmp_path / "venv")
    environment(tmp_path / "other", "0.5.12")
    found = of_launch({"PATH": f"{program.parent}", "VIRTUAL_ENV": str(tmp_path / "other")})
    assert found.installed() == Installed("0.5.19", str(tmp_path / "venv"), str(program))
    assert found.version("FlashInfer.Python") == "0.6.3"
    assert found.version("flashinfer-cubin") is None
    assert [found.has(name) for name in ("diffusers", "one", "two", "three")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_without_the_program_the_active_environment_counts(tmp_path: Path) -> None:
    environment(tmp_path / "other", "0.5.12")
    found = of_launch({"PATH": "/nowhere", "VIRTUAL_ENV": str(tmp_path / "other")})
    assert found.installed() == Installed("0.5.12", str(tmp_path / "other"))


@pytest.mark.parametrize("name", ["__editable__.x.pth", "more.pth"])
def test_modules_may_lie_elsewhere(tmp_path: Path, name: str) -> None:
    environment(tmp_path)
    folders = of_interpreter(str(tmp_path / "bin" / "python3.12"))
    (Path(folders[0]) / name).write_text("/elsewhere\n")
    assert Packages(folders, "").has("three") is None


def test_a_file_that_only_imports_names_no_folder(tmp_path: Path) -> None:
    environment(tmp_path)
    folders = of_interpreter(str(tmp_path / "bin" / "python3.12"))
    (Path(folders[0]) / "hook.pth").write_text("import os; exec('x')\n")
    assert Packages(folders, "").has("three") is False


def test_an_editable_install(tmp_path: Path) -> None:
    environment(tmp_path)
    folders = of_interpreter(str(tmp_path / "bin" / "python3.12"))
    place = Path(folders[0]) / "sglang-0.5.19.dist-info" / "direct_url.json"
    place.write_text('{"url": "file:///src", "dir_info": {"editable": true}}')
    found = Packages(folders, "here").installed()
    assert found is not None
    assert found.editable


LONG = "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n"


@pytest.mark.parametrize("head", ["#!{python}\n", "#!{python} -E\n", LONG])
def test_the_interpreter_of_a_program(tmp_path: Path, head: str) -> None:
    program = environment(tmp_path, head=head)
    assert interpreter_of(str(program)) == str(tmp_path / "bin" / "python3.12")


@pytest.mark.parametrize("head", ["", "#!", "#!/bin/sh\nexec x\n", "\x7fELF"])
def test_a_program_that_names_no_interpreter(tmp_path: Path, head: str) -> None:
    program = tmp_path / "sglang"
    program.write_text(head)
    assert interpreter_of(str(program)) == ""


def test_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    found = of_launch({"PATH": "/nowhere", "VIRTUAL_ENV": str(tmp_path)})
    assert found.installed() is None
    assert found.place == str(tmp_path)


# --- the system -----------------------------------------------------------------------------------


def test_a_folder_that_is_there(tmp_path: Path) -> None:
    found = system.folder(str(tmp_path))
    assert (found.exists, found.writable, found.reason) == (True, True, "")
    assert found.free


def test_a_folder_that_would_be_made(tmp_path: Path) -> None:
    found = system.folder(str(tmp_path / "a" / "b"))
    assert (found.at, found.exists, found.writable) == (str(tmp_path), False, True)
    assert not (tmp_path / "a").exists()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    found = system.folder(str(tmp_path / "a" / "b"))
    assert (found.writable, found.reason) == (False, f"{tmp_path / 'a'} is no folder")


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "none")
    found = system.folder(str(tmp_path / "a"))
    assert (found.writable, found.reason) == (
        False,
        f"{tmp_path / 'a'} is a link that leads nowhere",
    )


def test_a_port() -> None:
    import socket

    with socket.socket() as one:
        one.bind(("", 0))
        one.listen(1)
        number = one.getsockname()[1]
        assert system.is_port_free(number) is False
    assert system.is_port_free(number) is True
    assert system.is_port_free(70000) is False


def test_memory() -> None:
    found = system.memory()
    assert found.total
    assert found.free
    assert found.free <= found.total


def test_a_process_that_is_not_there_has_no_name() -> None:
    assert system.process_name(1 << 22) == ""


def test_a_program_that_is_no_python_tells_nothing(tmp_path: Path) -> None:
    program = environment(tmp_path, head="#!/bin/sh\nexec docker run x\n")
    found = of_launch({"PATH": str(program.parent), "VIRTUAL_ENV": str(tmp_path)})
    assert (found.installed(), found.wrapper) == (None, str(program))
    assert found.has("diffusers") is None


@pytest.mark.parametrize("name", ["sglang", "python3.12"])
def test_a_program_may_be_named_by_its_path(tmp_path: Path, name: str) -> None:
    program = environment(tmp_path).parent / name
    program.chmod(0o755)
    found = of_launch({"PATH": "/nowhere"}, str(program)).installed()
    assert found is not None
    assert (found.version, found.place) == ("0.5.19", str(tmp_path))
