"""What sgdlint understands of scripts is what bash does with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from proof import claims, generate, judge
from proof.bash import Case, Run, Sandbox, accepts

from sgdlint.launch.recognise import Recognised

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.sh"))
GROUPS, SIZE = 8, 20

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is the judge")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return Sandbox(tmp_path_factory.mktemp("proof") / "box")


@pytest.mark.parametrize("group", range(GROUPS))
def test_nothing_said_of_generated_scripts_is_wrong(group: int, sandbox: Sandbox) -> None:
    launches = 0
    for seed in range(group * SIZE, (group + 1) * SIZE):
        script = generate.script_of(seed)
        cases = generate.cases_of(seed)
        verdict = judge.judge(sandbox, script.text, script.files, cases)
        launches += verdict.runs
        first = next((one for one in verdict.wrong if one[1].kind != "missed"), None)
        if first is not None:
            told = judge.told_small(sandbox, script.text, script.files, *first)
            pytest.fail(f"seed {seed}\n{told}", pytrace=False)
    assert launches > 5 * SIZE


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_nothing_said_of_a_script_is_wrong(path: Path, sandbox: Sandbox) -> None:
    text = path.read_text()
    files = generate.files_beside(path)
    verdict = judge.judge(sandbox, text, files, generate.tried(text))
    assert verdict.runs > 0
    for case, wrong in verdict.wrong:
        pytest.fail(judge.told(text, files, case, wrong), pytrace=False)


def test_the_scripts_are_bash(tmp_path: Path) -> None:
    assert SCRIPTS
    assert all(accepts(path) for path in SCRIPTS)
    path = tmp_path / "generated.sh"
    for seed in range(100):
        path.write_text(generate.script_of(seed).text)
        assert accepts(path), f"seed {seed}"


def test_a_seed_gives_the_same_script() -> None:
    assert generate.script_of(5) == generate.script_of(5)
    assert generate.cases_of(5) == generate.cases_of(5)
    assert generate.script_of(5) != generate.script_of(6)


# --- the judge itself -----------------------------------------------------------------------------


def said(text: str, sandbox: Sandbox) -> list[Recognised]:
    return claims.understood(sandbox.put(text, {}))


def test_the_stub_tells_arguments_and_environment(sandbox: Sandbox) -> None:
    text = "A='x y' B= sglang serve 'a\nb' '' \"$@\"\nC=1; python -m foo\n"
    script = sandbox.put(text, {})
    runs = sandbox.run(script, Case(("z",), {"D": "4", "E": "5"}, ""), ["A", "B", "C", "D"])
    assert runs[0] == Run("sglang", ("serve", "a\nb", "", "z"), {"A": "x y", "B": "", "D": "4"})
    assert runs[1] == Run("python", ("-m", "foo"), {"D": "4"})


def test_what_a_program_answers_is_given_beforehand(sandbox: Sandbox) -> None:
    script = sandbox.put("for i in 1 2 3; do has x && sglang serve $i; done\n", {})
    runs = sandbox.run(script, Case(answers="00011"), [])  # the stub takes an answer as well
    assert [run.arguments[1] for run in runs] == ["1", "2"]


def test_a_script_that_does_not_end_is_ended(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proof.bash.MOST_SECONDS", 0.3)
    script = sandbox.put("sglang serve 1\nwhile :; do :; done\n", {})
    assert [run.arguments[1] for run in sandbox.run(script, Case(), [])] == ["1"]


def test_scripts_find_no_other_programs(sandbox: Sandbox) -> None:
    script = sandbox.put("ls || sglang serve none; mkdir x; [ -d x ] || sglang serve nothing\n", {})
    runs = sandbox.run(script, Case(), [])
    assert [run.arguments[1] for run in runs] == ["none", "nothing"]


# Each script, what bash is said to have run, and how the judge calls it.
VERDICTS = [
    ("sglang serve --seed 1 a", ("serve", "--seed", "1", "a"), {}, ""),
    ("sglang serve --seed 1 a", ("serve", "--seed", "1", "b"), {}, "value"),
    ("sglang serve --seed 1 a", ("serve", "--seed", "1"), {}, "value"),
    ("sglang serve --seed 1 a", ("serve", "--seed", "2", "a"), {}, "missed"),
    ("sglang serve --seed 1 a", ("generate", "--seed", "1", "a"), {}, "value"),
    ("sglang serve --seed 1 $X b", ("serve", "--seed", "1", "b"), {}, ""),
    ("sglang serve --seed 1 $X b", ("serve", "--seed", "1", "x", "y", "b"), {}, ""),
    ("sglang serve --seed 1 $X b", ("serve", "--seed", "1", "x", "y"), {}, "value"),
    ('sglang serve "a$X"', ("serve", "ab c"), {}, ""),
    ('sglang serve "a$X"', ("serve", "ba"), {}, "value"),
    ('if a; then X=1; else X=2; fi; sglang serve "$X"', ("serve", "2"), {}, ""),
    ('if a; then X=1; else X=2; fi; sglang serve "$X"', ("serve", "3"), {}, "value"),
    ("export X=1; sglang serve", ("serve",), {"X": "1"}, ""),
    ("export X=1; sglang serve", ("serve",), {"X": "2"}, "value"),
    ("export X=1; sglang serve", ("serve",), {}, "value"),
    ("unset X; sglang serve", ("serve",), {"X": ""}, "value"),
    ("unset X; X=1; sglang serve", ("serve",), {"X": "1"}, "value"),
    ("X=1; sglang serve", ("serve",), {"X": "1"}, ""),
    ("X=1; sglang serve", ("serve",), {}, ""),
    ("SGLANG_X=1; sglang serve", ("serve",), {"SGLANG_X": "0"}, "value"),
    ("export X; sglang serve", ("serve",), {}, ""),
    ("echo", ("serve",), {}, "missed"),
    ("echo", ("--version",), {}, ""),
    ("echo", ("serve", "--help"), {}, ""),
]


@pytest.mark.parametrize(("script", "ran", "environment", "kind"), VERDICTS)
def test_a_run_is_held_against_what_is_said(
    script: str, ran: tuple[str, ...], environment: dict[str, str], kind: str, sandbox: Sandbox
) -> None:
    found = claims.wrong(said(script, sandbox), [Run("sglang", ran, environment)])
    assert [one.kind for one in found] == ([kind] if kind else [])


def test_a_module_is_a_launch() -> None:
    module = "sglang.multimodal_gen.runtime.entrypoints.cli.main"
    words = ("-u", "-m", module, "generate", "x")
    assert claims.launch_in(Run("python3", words, {})) == ("generate", "x")
    assert claims.launch_in(Run("python3", ("-m", "http.server"), {})) is None


def test_a_wrong_script_is_made_small(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said is made wrong here, for each script that has `1`."""

    def understood(script: Path) -> list[Recognised]:
        text = script.read_text()
        return said_before(text.replace("=1", "=2"), sandbox)

    def said_before(text: str, box: Sandbox) -> list[Recognised]:
        script = box.folder / "other.sh"
        script.write_text(text)
        return real(script)

    real = claims.understood
    monkeypatch.setattr(claims, "understood", understood)
    text = (
        "B=4\nif true; then\n  SGLANG_X=1 Y=5\n"
        "  for i in 1 2; do\n    sglang serve $SGLANG_X $B\n  done\nfi\n"
    )
    smaller, case = judge.shrunk(sandbox, text, {}, [Case((), {"SGLANG_X": "7"}, "00")], "value")
    assert smaller == "SGLANG_X=1\nsglang serve\n"
    wrong = judge.first_wrong(sandbox, smaller, {}, case, "value")
    assert wrong is not None
    report = judge.told(smaller, {}, case, wrong)
    assert "bash ran: sglang ['serve']   with SGLANG_X='1'" in report
    assert "said:   serve   with SGLANG_X=2(exported?)" in report
