"""Which variants of a launch are made, and which not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint import rulepack
from sgdlint.bench import axes
from sgdlint.bench.reading import read_plan
from sgdlint.cli import main
from sgdlint.rules import recipes
from sgdlint.rules.files import RuleError

ROOT = Path(__file__).resolve().parent.parent.parent
WAN = "sglang generate --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers --prompt x"
QWEN = "sglang generate --model-path Qwen/Qwen-Image --prompt x"
FLUX = "sglang serve --model-path black-forest-labs/FLUX.1-dev --port 3000"


def planned(
    capsys: pytest.CaptureFixture[str], command: str, release: str, *words: str
) -> dict[str, Any]:
    """Return what is run for a command."""
    given = ["bench", "--command", command, "--sglang", release, "--format", "json", *words]
    assert main(given) == 0, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [one["name"] for one in found["variants"]]


def differs(found: dict[str, Any], name: str) -> str:
    return next(str(one["differs"]) for one in found["variants"] if one["name"] == name)


class TestVariants:
    def test_the_matrix_of_the_guide(self, capsys: pytest.CaptureFixture[str]) -> None:
        command = f"{WAN} --num-gpus 8 --enable-cfg-parallel --ulysses-degree 4"
        command += " --enable-torch-compile --warmup --text-encoder-cpu-offload true"
        found = planned(capsys, command, "0.5.12", "--gpu", "H100")
        assert names(found)[0] == "base"
        pure = "--ulysses-degree 8 --ring-degree 1 no --enable-cfg-parallel"
        assert differs(found, "ulysses") == pure
        assert differs(found, "eager") == "no --enable-torch-compile"
        assert differs(found, "text-encoder-stays") == "--text-encoder-cpu-offload false"
        layerwise = "instead-of-text-encoder-on-the-cpu"
        assert differs(found, layerwise) == "--dit-layerwise-offload false --dit-cpu-offload false"
        assert {"name": "guidance-and-ulysses", "reason": "the launch runs so already"} in found[
            "not_run"
        ]

    def test_what_may_fail_is_run_before_what_takes_long(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = planned(capsys, f"{QWEN} --num-gpus 2", "0.5.12", "--gpu", "L40S", "--lossy")
        order = [one["axes"] for one in found["variants"]]
        assert order[0] == []
        first = {
            axis: min(n for n, some in enumerate(order) if some == [axis])
            for some in order
            for axis in some
            if len(some) == 1
        }
        assert first["residency"] < first["layout"] < first["graphs"] < first["lossy"]

    def test_no_variant_takes_less_of_the_machine(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = planned(capsys, f"{WAN} --num-gpus 8", "0.5.12", "--gpu", "H100")
        assert not any("--num-gpus 2" in one["differs"] for one in found["variants"])
        full = planned(capsys, f"{WAN} --num-gpus 8", "0.5.12", "--gpu", "H100", "--full")
        assert len(full["variants"]) > len(found["variants"])

    def test_lossy_variants_come_only_when_asked_for(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = planned(capsys, QWEN, "0.5.23", "--gpu", "H100")
        assert not any(one["lossy"] for one in found["variants"])
        lossy = planned(capsys, QWEN, "0.5.23", "--gpu", "H100", "--lossy")
        more = {one["name"] for one in lossy["variants"] if one["lossy"]}
        assert {"cache-dit", "sage-attention"} <= more
        assert "fewer-steps" not in more, "the request stays as it is"

    def test_the_rules_take_out_what_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        command = f"{WAN} --num-gpus 4 --ulysses-degree 2 --ring-degree 2"
        found = planned(capsys, command, "0.5.12", "--gpu", "H100", "--only", "attention")
        assert "torch-sdpa" not in names(found)

    @pytest.mark.parametrize(
        ("words", "kept"),
        [
            (["--only", "graphs"], {"graphs"}),
            (["--only", "graphs,layout"], {"graphs", "layout"}),
            (["--axis", "attention"], {"residency", "layout", "attention", "graphs"}),
        ],
    )
    def test_axes_are_chosen(
        self, words: list[str], kept: set[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = planned(capsys, f"{QWEN} --num-gpus 2", "0.5.12", "--gpu", "L40S", *words)
        assert {axis for one in found["variants"] for axis in one["axes"]} == kept

    def test_what_the_launch_says_in_other_words_is_not_run(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        command = f"{WAN} --num-gpus 8 --text-encoder-cpu-offload --ulysses-degree=8"
        found = planned(capsys, command, "0.5.23", "--gpu", "H100")
        assert not [one for one in names(found) if "text-encoder-on-the-cpu" in one]
        already = "the launch runs so already"
        told = [(one["name"], one["reason"]) for one in found["not_run"]]
        assert ("text-encoder-on-the-cpu", already) in told
        assert ("ulysses", already) in told

    def test_names_are_used_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = planned(
            capsys, f"{WAN} --num-gpus 8", "0.5.12", "--gpu", "H100", "--full", "--lossy"
        )
        assert len(set(names(found))) == len(names(found)) <= 48
        assert found["more_combinations"] > 0

    def test_a_server_is_measured_as_one_request(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = planned(
            capsys, f"{FLUX} --num-gpus 2 --batching-max-size 4", "0.5.19", "--gpu", "H200"
        )
        assert "the file starts a server" in found["notes"][0]
        assert "--port, --batching-max-size" in found["notes"][1]
        base = found["variants"][0]["command"]
        assert base.endswith("--port 3000 --num-gpus 2 --batching-max-size 4")
        assert all(one["command"].startswith("sglang serve ") for one in found["variants"])

    def test_what_the_release_has_for_the_warmup(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        for release, flag in (("0.5.12", "--warmup true"), ("0.5.23", "--warmup-mode request")):
            path = tmp_path / f"{release}.sh"
            words = ["bench", "--command", QWEN, "--sglang", release, "--output", str(path)]
            assert main(words) == 0
            assert f"  {flag}\n" in path.read_text("utf-8")

    def test_what_no_run_has_may_be_unknown(self, capsys: pytest.CaptureFixture[str]) -> None:
        command = f'{QWEN} --output-path "$(date +%s)" --perf-dump-path old.json --profile'
        found = planned(capsys, command, "0.5.12")
        assert found["notes"] == [
            "left out of every run: --output-path, --perf-dump-path, --profile"
        ]
        assert '--output-path "$(date +%s)"' in found["variants"][0]["command"]

    def test_components_of_a_server_are_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "bench.sh"
        command = f"{FLUX} --vae-path /models/vae --component-paths.transformer /models/dit"
        assert (
            main(["bench", "--command", command, "--sglang", "0.5.23", "--output", str(path)]) == 0
        )
        text = path.read_text("utf-8")
        assert "  --vae-path /models/vae\n" in text
        assert "  --component-paths.transformer /models/dit\n" in text
        assert "--port" not in text.partition("common=(")[2].partition("END_OF_MATRIX")[0]

    def test_the_path_of_each_launch_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "run.sh"
        path.write_text(
            f'args=()\n[ -n "$FAST" ] && args+=(--seed 2)\n{QWEN} "${{args[@]}}"\n', "utf-8"
        )
        assert main(["bench", str(path)]) == 2
        err = capsys.readouterr().err
        assert "1  " in err
        assert "when FAST is" in err

    def test_a_default_is_measured(self, capsys: pytest.CaptureFixture[str]) -> None:
        command = 'sglang generate --model-path ${M:-Qwen/Qwen-Image} --prompt "$PROMPT"'
        found = planned(capsys, command, "0.5.12")
        assert found["needed"] == ["PROMPT"]
        assert found["model"] == "Qwen/Qwen-Image"
        assert any("its default is measured" in one for one in found["notes"])

    def test_secrets_stay_where_they_are(self, tmp_path: Path) -> None:
        path = tmp_path / "bench.sh"
        command = f"HF_TOKEN=hf_secret {QWEN}"
        assert (
            main(["bench", "--command", command, "--sglang", "0.5.12", "--output", str(path)]) == 0
        )
        text = path.read_text("utf-8")
        assert "hf_secret" not in text
        assert "${HF_TOKEN:?" in text


class TestRefused:
    @pytest.mark.parametrize(
        ("command", "release", "told"),
        [
            (f"{QWEN} --no-such", "0.5.12", "the launch fails as it is (SGD"),
            (QWEN, "0.5.5", "has no --perf-dump-path"),
            (f"{QWEN} --backend diffusers", "0.5.12", "asks for diffusers"),
            (f"{FLUX} --num-gpus 2 --dp-size 2", "0.5.23", "--dp-size"),
            (f"{QWEN} $EXTRA", "0.5.12", "not known ($EXTRA is not set in this script); give the"),
            (f'{QWEN} --seed "$1"', "0.5.12", "--request '--seed …' says it"),
            (f'{QWEN} --num-gpus "$1"', "0.5.12", "give the command with --command"),
            (f"{FLUX} --no-such 1", "0.5.23", "the launch fails as it is (SGD"),
            ("sglang serve --model-path lerobot/pi05_base", "0.5.23", "cannot be measured as one"),
            (
                "sglang generate --model-path Qwen/Qwen-Image-Edit",
                "0.5.12",
                "the model needs an image",
            ),
        ],
    )
    def test_what_cannot_be_measured(
        self, command: str, release: str, told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["bench", "--command", command, "--sglang", release]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert told in err

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ([], "name the file"),
            (["--command", "echo hello"], "no launch of SGLang Diffusion was found"),
            (["--command", f"{QWEN}; {QWEN} --seed 2"], "several launches; --launch N"),
            (["--command", QWEN, "--only", "graph"], "did you mean 'graphs'?"),
            (["--command", QWEN, "--only", "zzzzz"], "there are residency, layout"),
            (["--command", QWEN, "--repeat", "0"], "--repeat: '0' is not a whole number"),
            (["--command", QWEN, "--repeat", "1000"], "at most 50"),
            (["--command", QWEN, "--launch", "2"], "--launch: there is 1 launch"),
            (["--command", QWEN, "--launch", "x"], "--launch: 'x' is not a whole number"),
            (["--command", QWEN, "--request", "'a"], "--request: No closing quotation"),
            (["--command", QWEN, "--request", "--no-such 1"], "--request holds options"),
            (["--command", QWEN, "--request", "--num-gpus 2"], "--seed 1', not --num-gpus"),
            (["--command", QWEN, "--format", "yaml"], "invalid choice"),
            (["--command", QWEN, "--format", "text", "--output", "x"], "take `> FILE`"),
            (["--command", QWEN, "--run", "--output", "x"], "--run keeps the script"),
            (["--command", QWEN, "--run", "--format", "json"], "--run keeps the script"),
            (["--read", "x", "--command", QWEN], "without a launch and --run"),
            (["--read", "x", "--run"], "without a launch and --run"),
            (["--read", "x", "--output", "y"], "take `> FILE`"),
            (["--command", QWEN, "--ful"], "did you mean --full?"),
            (["no-such-file.sh"], "no-such-file.sh"),
            (["."], "is a folder: name the file"),
            (["--command", QWEN, "--output", "/no/such/folder/x.sh"], "cannot be written"),
        ],
    )
    def test_bad_usage(
        self, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["bench", *words, "--sglang", "0.5.12"]) in (1, 2)
        out, err = capsys.readouterr()
        assert out == ""
        assert told in err

    def test_a_file_that_is_not_ours_stays(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "run.sh"
        path.write_text(QWEN, "utf-8")
        assert main(["bench", str(path), "--output", str(path)]) == 2
        assert "no script of `sgdlint bench`" in capsys.readouterr().err
        assert path.read_text("utf-8") == QWEN


class TestRequest:
    def test_it_says_what_the_file_does_not(self, capsys: pytest.CaptureFixture[str]) -> None:
        command = "while read -r line; do sglang generate --model-path Qwen/Qwen-Image "
        command += '--prompt "$line"; done < prompts'
        words = ["--request", "--prompt 'a fox'"]
        found = planned(capsys, command, "0.5.12", *words)
        assert found["variants"][0]["command"].endswith('--prompt "$line"')

    def test_it_takes_the_place_of_what_is_there(self, tmp_path: Path) -> None:
        path = tmp_path / "bench.sh"
        request = "--prompt 'two words' --width 512 --height 512"
        words = ["bench", "--command", f"{QWEN} --width 1024", "--sglang", "0.5.23"]
        assert main([*words, "--request", request, "--output", str(path)]) == 0
        text = path.read_text("utf-8")
        assert "  --prompt 'two words'\n" in text
        assert "  --width 512\n" in text
        assert "--width 1024" not in text.partition("common=(")[2].partition("run() {")[0]
        assert "--warmup-resolutions 512x512" in text, "graphs are captured for that size"


class TestData:
    def test_what_is_loaded_is_what_the_files_say(self) -> None:
        plan = read_plan(str(ROOT / "bench.d"), rulepack.load(), recipes.subjects())
        assert axes.load() == plan

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (
                "axes: [{name: a, title: t, order: 1, why: w, references: [r], subject: zz}]",
                "no recipe has the subject",
            ),
            (
                "axes: [{name: a, title: t, order: 1, why: w, references: [r], same: [x.y]}]",
                "there is no fact 'x.y'",
            ),
            ("axes: [{name: a, title: t, order: 1, why: w}]", "references"),
            ("pairs: [{axes: [a, b], why: w, references: [r]}]", "there is no axis 'a'"),
            (
                "measuring: [{name: n, why: w, references: [r], set: {zzz: '1'}}]",
                "there is no `zzz`",
            ),
            ("measuring: [{name: n, why: w, references: [r]}]", "sets nothing"),
            (
                "measuring: [{name: n, why: w, references: [r], clears: [zzz]}]",
                "no release has 'zzz'",
            ),
            ("measuring: [{name: n, why: w, references: [r], clears: [seed], unless: zzz}]", "zzz"),
            ("left_out: [{options: [zzz], why: w}]", "no release has 'zzz'"),
            ("refused: [{name: n, when: zzz, says: s}]", "zzz"),
            (
                "refused: [{name: n, when: num_gpus > 1, says: s, since: '9.9.9'}]",
                "no release lies",
            ),
            ("proofs: [{name: n, when: zzz, references: [r]}]", "zzz"),
            ("nonsense: []", "nonsense"),
        ],
    )
    def test_a_broken_file_is_told_with_its_key(self, text: str, told: str, tmp_path: Path) -> None:
        path = tmp_path / "axes.yaml"
        path.write_text(text, "utf-8")
        with pytest.raises(RuleError) as error:
            read_plan(str(tmp_path), rulepack.load(), recipes.subjects())
        assert told in str(error.value)
        assert str(path) in str(error.value)
