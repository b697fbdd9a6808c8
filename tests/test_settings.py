"""Settings of a project: where they are found, what they say, and what is told of mistakes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sgdlint.cli import main
from sgdlint.settings import SCHEMA, SettingsError, reading
from sgdlint.settings.places import Read
from sgdlint.settings.places import read as parsed
from sgdlint.settings.reading import overridden, read

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
        ("zzz = 1", "pyproject.toml:5: no setting `zzz`. Known: extend, sglang"),
        ("gpus = 0", "pyproject.toml:5: `gpus` is a whole number from 1"),
        ("gpus = true", "pyproject.toml:5: `gpus` is a whole number from 1"),
        ("vram = inf", "pyproject.toml:5: `vram` is a number above 0"),
        ('lossy = "yes"', "pyproject.toml:5: `lossy` is true or false"),
        ('fail-on = "off"', "pyproject.toml:5: `fail-on` is one of error, warning, perf, info"),
        ('severity = {SGD402 = "bad"}', "pyproject.toml:5: `severity` is a table of rules"),
        ("overrides = 1", "pyproject.toml:5: `overrides` is a list of tables, each with `files`"),
        (
            "[[tool.sgdlint.overrides]]\nfiles = 'a'\n[[tool.sgdlint.overrides]]\ngpu = 'H100'",
            "pyproject.toml:7: an override has `files`",
        ),
        (
            "[[tool.sgdlint.overrides]]\nfiles = 'a'\n# of ours\nrules = 'b'",
            "pyproject.toml:8: no setting `rules` for some files",
        ),
        ("sglang = 0.5", "pyproject.toml:5: `sglang` is a release or a range in quotes"),
        ("sglang = []", "pyproject.toml:5: `sglang` is a release"),
        ("sglang = ['0.5.12', 1]", "pyproject.toml:5: `sglang` is a release"),
        ("sglang = [", "pyproject.toml: not TOML: "),
        ("sglang = ]", "pyproject.toml:5: not TOML: "),
    ],
)
def test_a_mistake_is_told_with_its_place(line: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read("pyproject.toml", f"{TABLE}{line}\n")
    assert str(caught.value).startswith(message)


def test_a_table_that_is_none() -> None:
    with pytest.raises(SettingsError, match="`sgdlint` is no table"):
        read("pyproject.toml", "[tool]\nsgdlint = 1\n")


# --- YAML, and files that extend others -----------------------------------------------------------


def test_yaml_says_the_same() -> None:
    text = """\
# of ours
sglang: "0.5.12"
gpu: H100
severity: {SGD402: off, SGD6: error}
overrides:
  - files: deploy/**
    gpu: H200
  - gpus: 4
    files: [a.sh, b.sh]
"""
    found = read("a/.sgdlint.yaml", text)
    assert found is not None
    assert (found.sglang, found.gpu, found.where("gpu")) == (
        ("0.5.12",),
        "H100",
        "a/.sgdlint.yaml:3",
    )
    assert found.severity == (("SGD402", "off"), ("SGD6", "error"))
    first, second = found.overrides
    assert (first.files, first.values, first.places) == (
        ("deploy/**",),
        {"gpu": "H200"},
        {"gpu": "a/.sgdlint.yaml:7"},
    )
    assert (second.files, second.values) == (("a.sh", "b.sh"), {"gpus": 4})
    assert read("a/.sgdlint.yaml", "# nothing yet\n") is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sglang: [", ".sgdlint.yaml:1: not YAML: "),
        ("- a\n", ".sgdlint.yaml: settings are `key: value` lines"),
        ("gpu: H100\ngpu: H200\n", ".sgdlint.yaml:2: `gpu` stands twice"),
        (
            "overrides:\n- files: a\n  gpo: H100\n",
            ".sgdlint.yaml:3: no setting `gpo`; did you mean",
        ),
        ("x: &a {gpu: H100}\n<<: *a\n", ".sgdlint.yaml:2: settings take no merge keys"),
        ("sglang: 0.5\n", ".sgdlint.yaml:1: `sglang` is a release or a range in quotes"),
        ("a: &a [*a]\n", ".sgdlint.yaml:1: no setting `a`"),
        ("[" * 5000, ".sgdlint.yaml"),
        ("gpu: !!python/object:os.system {}\n", ".sgdlint.yaml"),
    ],
)
def test_a_mistake_in_yaml_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(".sgdlint.yaml", text)
    assert str(caught.value).startswith(message)


FILES = {
    "sgdlint.toml": 'extend = ["ops/base.yaml", "ops/pyproject.toml"]\ngpu = "H200"\n',
    "ops/base.yaml": "gpu: H100\ngpus: 4\nrules: own\nignore: [SGD404]\n",
    "ops/pyproject.toml": '[tool.sgdlint]\nextend = "deep.yml"\ngpus = 8\n',
    "ops/deep.yml": "gpus: 2\nfail-on: error\nexclude: old/\noverrides: [{files: a, gpus: 1}]\n",
}


def test_a_file_extends_others() -> None:
    found = read("sgdlint.toml", FILES["sgdlint.toml"], FILES.get)
    assert found is not None
    assert (found.gpu, found.where("gpu")) == ("H200", "sgdlint.toml:2")
    assert (found.gpus, found.where("gpus")) == (8, "ops/pyproject.toml:3")
    assert (found.fail_on, found.where("fail_on")) == ("error", "ops/deep.yml:2")
    assert (found.ignore, found.path) == (("SGD404",), "sgdlint.toml")
    assert found.rules == ("ops/own",)  # paths and patterns are from the folder of their own file
    assert found.exclude == (("ops", "old/"),)
    assert overridden(found, "ops/a").gpus == 1
    assert overridden(found, "a").gpus == 8


@pytest.mark.parametrize(
    ("text", "others", "message"),
    [
        ('extend = "a.toml"', {}, "sgdlint.toml:1: extend: there is no a.toml"),
        ('extend = "a.toml"', {"a.toml": 'extend = "sgdlint.toml"'}, "a.toml:1: extend: sgdlint"),
        ('extend = "a.toml"', {"a.toml": "gpo = 1"}, "a.toml:1: no setting `gpo`"),
        (
            'extend = "a/pyproject.toml"',
            {"a/pyproject.toml": "[project]\n"},
            "sgdlint.toml:1: extend: a/pyproject.toml has no table [tool.sgdlint]",
        ),
    ],
)
def test_what_cannot_be_extended(text: str, others: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read("sgdlint.toml", text, {**others, "sgdlint.toml": text}.get)
    assert str(caught.value).startswith(message)


def test_the_last_override_that_fits_counts_and_what_is_ignored_adds_up() -> None:
    text = """\
ignore = ["SGD1"]
gpu = "A100"
[[overrides]]
files = ["*.sh", "!b.sh"]
gpu = "H100"
ignore = "SGD2"
[[overrides]]
files = "/deploy/"
gpu = "H200"
severity = {SGD3 = "off"}
"""
    found = read("x/sgdlint.toml", text)
    assert found is not None

    def of(path: str) -> tuple[str, tuple[str, ...], str]:
        here = overridden(found, path)
        return here.gpu, here.ignore, here.where("gpu")

    assert of("x/a.sh") == ("H100", ("SGD1", "SGD2"), "x/sgdlint.toml:5")
    assert of("x/b.sh") == ("A100", ("SGD1",), "x/sgdlint.toml:2")
    assert of("x/deploy/c/a.sh") == ("H200", ("SGD1", "SGD2"), "x/sgdlint.toml:9")
    assert of("a.sh") == ("A100", ("SGD1",), "x/sgdlint.toml:2")  # not below the folder


# --- the schema -----------------------------------------------------------------------------------

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def examples() -> list[tuple[str, str]]:
    """Return the settings files that the page shows: their names and texts."""
    blocks = re.findall(r"```(toml|yaml)\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return [("sgdlint.toml" if kind == "toml" else ".sgdlint.yaml", text) for kind, text in blocks]


@pytest.mark.parametrize(("path", "text"), examples())
def test_what_the_page_shows_fits_the_schema_and_is_read(path: str, text: str) -> None:
    schema = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(parsed(path, text).data, schema)
    found = read(path, text)
    assert found is not None
    assert found.overrides


@pytest.mark.parametrize("data", [{"gpuz": 1}, {"overrides": [{"gpu": "H100"}]}, {"gpus": 0}])
def test_the_schema_refuses_what_is_refused(data: dict[str, Any]) -> None:
    schema = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


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


COMPILED = "sglang generate --model-path Qwen/Qwen-Image --prompt x --enable-torch-compile\n"


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[tuple[str, str]]]:
    """Return exit status, and severity and code of what a check finds."""
    status = main(["check", "--format", "json", *words])
    found = json.loads(capsys.readouterr().out)
    files = found["files"]
    return status, [(one["severity"], one["code"]) for file in files for one in file["findings"]]


def test_settings_grade_and_switch_rules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = project / "a" / "b" / "run.sh"
    script.write_text(COMPILED)
    for text, status, found in [
        ("", 0, [("perf", "SGD402")]),
        ('fail-on = "perf"', 1, [("perf", "SGD402")]),
        ('severity = {SGD402 = "error"}', 1, [("error", "SGD402")]),
        (
            'severity = {SGD4 = "error", torch-compile-without-warmup-mode = "info"}',
            0,
            [("info", "SGD402")],
        ),
        ('severity = {SGD402 = "off"}', 0, []),
        ('ignore = "SGD4"', 0, []),
        ('select = ["SGD1"]', 0, []),
        ('[[overrides]]\nfiles = "*.sh"\nignore = "SGD402"', 0, []),
        ('[[overrides]]\nfiles = "*.sh"\nfail-on = "perf"', 1, [("perf", "SGD402")]),
    ]:
        (project / "sgdlint.toml").write_text(f"{text}\n")
        assert codes(capsys, "a/b/run.sh") == (status, found), text
    (project / "sgdlint.toml").write_text('ignore = "SGD402"\nfail-on = "perf"\n')
    assert codes(capsys, "a/b/run.sh", "--ignore", "SGD404") == (1, [("perf", "SGD402")])
    assert codes(capsys, "a/b/run.sh", "--ignore", "SGD404", "--fail-on", "error")[0] == 0


def test_a_rule_that_settings_misspell(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for key, value in [
        ("select", '"SGD40x"'),
        ("ignore", '"torch-compile-without-warmups"'),
        ("severity", '{warmup-option-removd = "info"}'),
    ]:
        (project / "sgdlint.toml").write_text(f"\n{key} = {value}\n")
        assert main(["check", "a/b/run.sh"]) == 2
        assert f"sgdlint.toml:2: {key}: no rule '" in capsys.readouterr().err


def test_the_machine_of_the_settings_counts_least(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "sgdlint.toml").write_text('gpu = "RTX 4090"\ngpus = 2\n')
    script = project / "a" / "b" / "run.sh"
    asks = "sglang serve --model-path Qwen/Qwen-Image --num-gpus 4\n"
    script.write_text(asks)
    assert codes(capsys, "a/b/run.sh") == codes(
        capsys, "a/b/run.sh", "--gpu", "RTX 4090", "--gpus", "2"
    )
    assert codes(capsys, "a/b/run.sh")[0] == 1
    script.write_text(f"# sgdlint: gpus=4\n{asks}")
    before = codes(capsys, "a/b/run.sh", "--gpu", "H100")
    assert before == codes(capsys, "a/b/run.sh", "--gpu", "H100", "--gpus", "4")
    (project / "sgdlint.toml").write_text('\ngpu = "H1000"\n')
    script.write_text(asks)
    assert main(["check", "a/b/run.sh"]) == 2
    assert "sgdlint.toml:2: gpu: unknown GPU 'H1000'; did you mean" in capsys.readouterr().err


def test_reasons_are_required_where_settings_say_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = project / "a" / "b" / "run.sh"
    script.write_text(f"# sgdlint: ignore[SGD402]\n{COMPILED}")
    assert codes(capsys, "a/b/run.sh") == (0, [])
    (project / "sgdlint.toml").write_text("require-reasons = true\n")
    assert codes(capsys, "a/b/run.sh") == (1, [("warning", "SGD820")])
    script.write_text(f"# sgdlint: ignore[SGD402] one picture only\n{COMPILED}")
    assert codes(capsys, "a/b/run.sh") == (0, [])


def test_what_is_excluded_is_not_found_and_may_be_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "sglang serve --model-path Qwen/Qwen-Image --warmup\n"
    for name in ("a/old/x.sh", "a/b/new.sh", "a/b/x.bak.sh"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(bad)
    (project / "sgdlint.toml").write_text('exclude = ["/a/old/"]\n')
    (project / "a" / "b" / ".sgdlint.yaml").write_text("exclude: '*.bak.sh'\n")

    def read_files(*words: str) -> list[str]:
        main(["check", "--verbose", *words])
        return re.findall(r"read (\S+) \(", capsys.readouterr().err)

    everything = ["a/b/new.sh", "a/b/run.sh"]
    assert read_files() == everything
    assert read_files("a") == everything
    assert read_files("--as-found", "a/old/x.sh", "a/b/x.bak.sh", "a/b/new.sh") == ["a/b/new.sh"]
    assert codes(capsys, "a/old/x.sh")[1] == [("error", "SGD203")]
    main(["check", "--verbose"])
    told = capsys.readouterr().err
    assert "passed over a/old/: excluded by sgdlint.toml:1" in told.replace("./", "")


def test_config_tells_what_is_in_force_and_why(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'extend = "base.yaml"\ngpus = 8\n[[overrides]]\nfiles = "a/"\nignore = ["SGD404"]\n'
    (project / "sgdlint.toml").write_text(text)
    (project / "base.yaml").write_text("sglang: 0.5.20\nseverity:\n  SGD402: info\n")
    (project / "a" / "b" / "run.sh").write_text(f"# sgdlint: gpu=H100\n{RUN}")
    assert main(["config", "a/b/run.sh", "--fail-on", "perf"]) == 0
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()[1:]]
    told = {one[1].strip(): tuple(part.strip() for part in one[2:] if part) for one in lines}
    assert told["sglang"] == ("0.5.20", "base.yaml:1")
    assert told["gpu"] == ("H100", "line 1")
    assert told["gpus"] == ("8", "sgdlint.toml:2")
    assert told["ignore"] == ("SGD404", "sgdlint.toml:5")
    assert told["severity"] == ("SGD402 = info", "base.yaml:2")
    assert told["fail-on"] == ("perf", "the command line")
    assert told["vram"] == ("–", "default")
    assert main(["config", "a/b/run.sh", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)[0]
    assert data["path"] == "a/b/run.sh"
    assert data["settings"]["gpus"] == {"value": 8, "from": "sgdlint.toml:2"}
    assert main(["config", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Settings of sgdlint"


def test_config_of_what_cannot_be_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "none.sh"]) == 2
    assert "none.sh: no such file" in capsys.readouterr().err
    (project / "sgdlint.toml").write_text("gpuz = 1\n")
    assert main(["config", "a/b/run.sh"]) == 2
    assert "sgdlint.toml:1: no setting `gpuz`; did you mean `gpu`?" in capsys.readouterr().err


def test_a_settings_file_is_read_once_while_it_stays_the_same(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "sgdlint.toml").write_text('sglang = "0.5.12"\n')
    (project / "a" / "more.sh").write_text(RUN)
    read_files: list[str] = []

    def noted(path: str, text: str) -> Read:
        read_files.append(path)
        return parsed(path, text)

    monkeypatch.setattr(reading, "parsed", noted)
    monkeypatch.setattr(reading, "_known", {})
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


def test_all_mistakes_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'gpuz = "H100"\ngpus = 0\ngoal = "fast"\n[[overrides]]\ngpus = 2\n'
    with pytest.raises(SettingsError) as caught:
        read("sgdlint.toml", text)
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [
        "sgdlint.toml:1",
        "sgdlint.toml:2",
        "sgdlint.toml:3",
        "sgdlint.toml:4",
    ]


@pytest.mark.parametrize("name", ["sgdlint.toml", ".sgdlint.yaml"])
def test_settings_that_are_no_text_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/run.sh").write_text(RUN)
    (tmp_path / name).write_bytes(b"gpu = \xff\xfe\n")
    assert main(["check", "sub/run.sh"]) == 2
    assert capsys.readouterr().err == f"sgdlint: error: {name}: cannot be read as text\n"
    monkeypatch.chdir(tmp_path / "sub")
    Path("sgdlint.toml").write_text("gpus = 1\n")  # the nearest one counts alone
    assert main(["check", "run.sh"]) == 0


def test_what_adds_up_names_each_place() -> None:
    text = 'ignore = ["SGD4"]\n[[overrides]]\nfiles = "*.sh"\nignore = ["SGD2"]\ngpus = 2\n'
    found = read("sgdlint.toml", text)
    assert found is not None
    here = overridden(found, "run.sh")
    assert (here.ignore, here.where("ignore")) == (
        ("SGD4", "SGD2"),
        "sgdlint.toml:1, sgdlint.toml:4",
    )
    assert here.where("gpus") == "sgdlint.toml:5"


def test_a_long_row_of_files_that_extend_each_other_is_told() -> None:
    texts = {f"{number}.toml": f'extend = "{number + 1}.toml"\n' for number in range(3000)}
    with pytest.raises(SettingsError, match="more than 20 files one behind another"):
        read("0.toml", texts["0.toml"], texts.get)
