"""Settings of a project: where they are found, what they say, and what is told of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdlint import settings
from sgdlint.cli import main
from sgdlint.settings import SettingsError, read

RUN = "sglang serve --model-path Qwen/Qwen-Image\n"
NEWEST = "the newest release known"
TABLE = '[project]\nname = "x"\n\n[tool.sgdlint]\n'


@pytest.mark.parametrize(
    ("path", "text", "sglang", "where"),
    [
        ("pyproject.toml", TABLE + 'sglang = "0.5.12"\n', ("0.5.12",), "pyproject.toml:5"),
        (
            "a/sgdlint.toml",
            '# of ours\nsglang = ["0.5.12", ">=0.5.20"]\n',
            ("0.5.12", ">=0.5.20"),
            "a/sgdlint.toml:2",
        ),
        ("pyproject.toml", '[tool]\nsgdlint = {sglang = "0.5.9"}\n', ("0.5.9",), "pyproject.toml"),
        ("pyproject.toml", TABLE, (), "pyproject.toml"),
    ],
)
def test_what_a_file_says(path: str, text: str, sglang: tuple[str, ...], where: str) -> None:
    found = read(path, text)
    assert found is not None
    assert (found.sglang, found.where("sglang")) == (sglang, where)


@pytest.mark.parametrize(
    "text",
    ["", '[project]\nname = "sgdlint"\n', "[tool.other]\nwith = 'sgdlint'\n", "no TOML [ at all"],
)
def test_a_project_file_that_says_nothing(text: str) -> None:
    assert read("pyproject.toml", text) is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('sglan = "0.5.12"', "pyproject.toml:5: no setting `sglan`; did you mean `sglang`?"),
        ("zzz = 1", "pyproject.toml:5: no setting `zzz`. Known: sglang"),
        ("sglang = 0.5", "pyproject.toml:5: `sglang` is a release or a range in quotes"),
        ("sglang = []", "pyproject.toml:5: `sglang` is a release"),
        ("sglang = ['0.5.12', 1]", "pyproject.toml:5: `sglang` is a release"),
        ("sglang = [", "pyproject.toml: not TOML: "),
    ],
)
def test_a_mistake_is_told_with_its_place(line: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read("pyproject.toml", f"{TABLE}{line}\n")
    assert str(caught.value).startswith(message)


def test_a_table_that_is_none() -> None:
    with pytest.raises(SettingsError, match="`sgdlint` is no table"):
        read("pyproject.toml", "[tool]\nsgdlint = 1\n")


# --- whole runs -----------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a launch two folders below, and start there."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "run.sh").write_text(RUN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the last line of a check that finds nothing."""
    assert main(["check", *words]) == 0
    return capsys.readouterr().out.splitlines()[-1].partition("; ")[2]


def test_the_nearest_file_with_settings_counts(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(TABLE + 'sglang = "0.5.12"\n')
    (project / "a" / "pyproject.toml").write_text('[project]\nname = "a"\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.12 (pyproject.toml:5)"
    (project / "a" / "sgdlint.toml").write_text('sglang = ">=0.5.10,<0.5.12"\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.10–0.5.11 (a/sgdlint.toml:1)"
    (project / "a" / "pyproject.toml").write_text('[tool.sgdlint]\nsglang = "0.5.9"\n')
    assert "a/sgdlint.toml" in told(capsys, "a/b/run.sh")
    assert told(capsys, "a/b/run.sh", "--sglang", "0.5.20").endswith("(from the command line)")


def test_what_a_script_tells_comes_before_settings(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "sgdlint.toml").write_text('sglang = "0.5.12"\n')
    script = project / "a" / "b" / "run.sh"
    for text, release in [
        (f"# sgdlint: sglang=0.5.20\n{RUN}", "0.5.20"),
        (f"pip install sglang==0.5.19\n{RUN}", "0.5.19"),
        (f"docker run lmsysorg/sglang:v0.5.18 {RUN}", "0.5.18"),
        (f"docker run lmsysorg/sglang:latest {RUN}", "0.5.12"),
    ]:
        script.write_text(text)
        assert f"SGLang {release} (" in told(capsys, "a/b/run.sh")
    script.write_text(RUN)
    (script.parent / "requirements.txt").write_text("sglang==0.5.16\n")
    assert "SGLang 0.5.16 (requirements.txt, line 1)" in told(capsys, "a/b/run.sh")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0.5.99", "sgdlint.toml:1: sglang: SGLang 0.5.99 is not in the catalog; the nearest"),
        (">=9", "sgdlint.toml:1: sglang: no known release is >=9; known: 0.5.5 to"),
    ],
)
def test_an_unknown_release_is_bad_usage(
    project: Path, capsys: pytest.CaptureFixture[str], value: str, message: str
) -> None:
    (project / "sgdlint.toml").write_text(f'sglang = "{value}"\n')
    assert main(["check", "a/b/run.sh"]) == 2
    assert capsys.readouterr().err.startswith(f"sgdlint: error: {message}")


def test_a_settings_file_is_read_once_while_it_stays_the_same(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "sgdlint.toml").write_text('sglang = "0.5.12"\n')
    (project / "a" / "more.sh").write_text(RUN)
    read_files: list[str] = []

    def noted(path: str, text: str) -> settings.Settings | None:
        read_files.append(path)
        return read(path, text)

    monkeypatch.setattr(settings, "read", noted)
    monkeypatch.setattr(settings, "_known", {})
    told(capsys, "a")
    assert read_files == ["sgdlint.toml"]
    (project / "sgdlint.toml").write_text('sglang = "0.5.20"\n')
    assert told(capsys, "a") == "SGLang 0.5.20 (sgdlint.toml:1)"


# --- what is installed ----------------------------------------------------------------------------


def install(environment: Path, version: str) -> None:
    """Make what tells that a version of SGLang is installed."""
    packages = environment / "lib" / "python3.12" / "site-packages"
    (packages / f"sglang-{version}.dist-info").mkdir(parents=True)
    (packages / "sglang_router-0.2.1.dist-info").mkdir()


def test_the_installed_release_comes_before_the_newest(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(project / ".venv", "0.5.12.post1")
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.12.post1 (installed in .venv)"
    install(project / "active", "0.5.9")
    monkeypatch.setenv("VIRTUAL_ENV", str(project / "active"))
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.9 (installed in the active environment)"
    (project / "sgdlint.toml").write_text('sglang = "0.5.20"\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.20 (sgdlint.toml:1)"


@pytest.mark.parametrize(
    ("version", "tells"),
    [
        ("0.5.24", "SGLang 0.5.23 (installed in .venv, nearest known to 0.5.24)"),
        ("0.5.12.post1.dev45+g1a2b3c4", "SGLang 0.5.23 (the newest release known)"),
        ("0.0.0.dev0+unknown", "SGLang 0.5.23 (the newest release known)"),
    ],
)
def test_an_installed_version_that_is_not_known(
    project: Path, capsys: pytest.CaptureFixture[str], version: str, tells: str
) -> None:
    install(project / ".venv", version)
    assert told(capsys, "a/b/run.sh") == tells


def test_what_is_installed_does_not_run_in_a_container(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(project / ".venv", "0.5.12")
    (project / "a" / "b" / "run.sh").write_text(f"docker run lmsysorg/sglang:dev {RUN}")
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.23 (the newest release known)"


def test_the_nearest_project_above_tells(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('dependencies = ["sglang>=0.5.10"]\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.10 and later (pyproject.toml, line 1)"
    (project / "uv.lock").write_text('[[package]]\nname = "sglang"\nversion = "0.5.12"\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.12 (uv.lock, line 3)"
    (project / "a" / "pyproject.toml").write_text('[project]\nname = "another"\n')
    assert told(capsys, "a/b/run.sh") == f"SGLang 0.5.23 ({NEWEST})"


def test_the_folder_where_it_was_started_may_be_gone(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "gone").mkdir()
    monkeypatch.chdir(project / "gone")
    (project / "gone").rmdir()
    install(project / ".venv", "0.5.12")
    path = str(project / "a" / "b" / "run.sh")
    assert main(["check", path]) == 0
    assert str(project / ".venv") in capsys.readouterr().out
    assert told(capsys, "--command", RUN) == f"SGLang 0.5.23 ({NEWEST})"
    monkeypatch.chdir(project)


def test_the_installed_release_narrows_a_range(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text('dependencies = ["sglang>=0.5.10"]\n')
    install(project / ".venv", "0.5.12")
    expected = "SGLang 0.5.12 (pyproject.toml, line 1; installed in .venv)"
    assert told(capsys, "a/b/run.sh") == expected
    (project / "pyproject.toml").write_text('dependencies = ["sglang>=0.5.20"]\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.20 and later (pyproject.toml, line 1)"
    # What settings name is meant to work with each.
    (project / "pyproject.toml").write_text('[tool.sgdlint]\nsglang = ">=0.5.12,<0.5.14"\n')
    assert told(capsys, "a/b/run.sh") == "SGLang 0.5.12–0.5.13.post1 (pyproject.toml:2)"
