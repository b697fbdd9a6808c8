"""`sgdlint recommend`: recipes as data, and the commands that are made of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sgdlint import catalog, rulepack
from sgdlint.cli import main
from sgdlint.linter import check
from sgdlint.recommend import IMAGE, Recommendation, Wish, recommend
from sgdlint.rules import recipes
from sgdlint.rules.files import RuleError
from sgdlint.rules.recipe_check import read_recipes
from sgdlint.source import Source
from sgdlint.stated import Options

ROOT = Path(__file__).resolve().parent.parent
WAN = "Wan-AI/Wan2.2-T2V-A14B-Diffusers"
QWEN = "Qwen/Qwen-Image"
FLUX = "black-forest-labs/FLUX.1-dev"
MODELS = (WAN, QWEN, FLUX, "Lightricks/LTX-2", "Tongyi-MAI/Z-Image-Turbo", "acme/unknown")


def wished(
    model: str, release: str, gpu: str = "H100", gpus: int = 1, **more: object
) -> Recommendation:
    options = Options(sglang=release, gpu=gpu, gpus=gpus)
    wish = Wish(model, options, **more)  # type: ignore[arg-type]
    return recommend(wish, rulepack.load(), recipes.load())


def names(found: Recommendation) -> list[str]:
    return [one.step.name for one in found.taken]


class TestData:
    def test_what_is_loaded_is_what_the_files_say(self) -> None:
        assert recipes.load() == read_recipes(str(ROOT / "recipes.d"), rulepack.load())

    @pytest.mark.parametrize(
        ("step", "told"),
        [
            ("set: {num_gpu: '2'}", "there is no `num_gpu`; did you mean `num_gpus`?"),
            ("set: {warmup: ''}", "does not exist in `generate`"),
            ("since: '0.5.23'\n        set: {num_gpus: '{gpu.cont}'}", "there is no {gpu.cont}"),
            ("set: {num_gpus: '= gpu.cont // 2'}", "there is no `gpu.cont`"),
            ("when: gpu.count > \n        set: {num_gpus: '2'}", "is not a condition"),
            ("env: {SGLANG_NO_SUCH: '1'}", "there is no `env.SGLANG_NO_SUCH`"),
            ("why: again", "stands twice"),
            ("set: {num_gpus: '2'}\n        instead: {num_gpus: '1'}", "needs `measure`"),
            ("set: {num_gpus: '2'}\n        replaces: layout", "`later` or `lossy`"),
            (
                "set: {num_gpus: '2'}\n        gain: {of: x, source: y, times: [2, 1]}",
                "is a range: from and to",
            ),
            ("since: '0.5.9'", "sets nothing"),
        ],
    )
    def test_a_mistake_is_refused(self, tmp_path: Path, step: str, told: str) -> None:
        head = "recipes:\n  - name: one\n    title: One\n    steps:\n      - name: it\n"
        text = f"{head}        why: because\n        references: [here]\n        {step}\n"
        (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(RuleError) as caught:
            read_recipes(str(tmp_path), rulepack.load())
        assert told in str(caught.value)

    def test_every_gain_names_its_source(self) -> None:
        steps = [step for recipe in recipes.load() for step in recipe.steps]
        assert all(step.gain.source for step in steps if step.gain)
        assert all(step.costs for step in steps if step.lossy)


class TestCommand:
    def test_the_warmup_is_spelt_as_the_release_has_it(self) -> None:
        def text(release: str) -> str:
            return wished(QWEN, release, command="generate").command.text()

        assert text("0.5.12").endswith("--enable-torch-compile --warmup")
        assert text("0.5.18").endswith("--enable-torch-compile --warmup-mode request")
        assert text("0.5.23").endswith("--warmup-mode request")
        assert "compile" not in text("0.5.23")

    def test_what_fits_stays_on_the_gpu_and_what_is_too_large_comes_in_layers(self) -> None:
        assert "everything-resident" in names(wished(QWEN, "0.5.12"))
        assert "layer-by-layer-to-fit" in names(wished(WAN, "0.5.12", "RTX 4090"))
        assert "dit-resident" in names(wished(WAN, "0.5.23", "H200"))
        unsure = wished(QWEN, "0.5.23", "L40S")
        assert not any("resident" in name for name in names(unsure))

    def test_wan_on_eight_gpus_is_as_the_guide_has_it_and_tells_what_to_measure(self) -> None:
        found = wished(WAN, "0.5.12", gpus=8, command="generate")
        text = found.command.text()
        assert "--num-gpus 8 --enable-cfg-parallel --ulysses-degree 4" in text
        assert "--text-encoder-cpu-offload true --dit-layerwise-offload true" in text
        [other] = [one for one in found.variants if one.step.name == "guidance-and-ulysses"]
        assert "--ulysses-degree 8" in other.command.text()
        assert "cfg-parallel" not in other.command.text()

    def test_releases_before_the_guide_get_what_they_have_options_for(self) -> None:
        text = wished(WAN, "0.5.6", gpus=8, command="generate").command.text()
        assert "--num-gpus 8 --enable-cfg-parallel --ulysses-degree 4" in text
        assert text.endswith("--enable-torch-compile")  # there is no warmup yet
        text = wished(QWEN, "0.5.7", "RTX 4090", goal="memory").command.text()
        assert "--dit-layerwise-offload true --text-encoder-cpu-offload true" in text
        assert "prefetch" not in text

    def test_low_memory_is_compiled_and_warmed_as_the_guide_has_it(self) -> None:
        text = wished(QWEN, "0.5.12", "RTX 4090", goal="memory", command="generate").command.text()
        assert text.endswith(
            "--dit-layerwise-offload true --dit-offload-prefetch-size 0.1"
            " --text-encoder-cpu-offload true --vae-cpu-offload true"
            " --enable-torch-compile --warmup"
        )

    def test_in_later_releases_wan_on_eight_gpus_is_as_their_guide_has_it(self) -> None:
        text = wished(WAN, "0.5.23", gpus=8, command="generate").command.text()
        assert text.endswith(
            "--num-gpus 8 --enable-cfg-parallel --ulysses-degree 4 --ring-degree 1"
            " --text-encoder-cpu-offload true --warmup-mode request"
        )

    def test_a_step_in_place_of_another_leaves_that_out(self) -> None:
        found = wished(QWEN, "0.5.23", "H200", 2, size=(1024, 1024))
        [graphs] = [one for one in found.variants if "graphs" in one.step.name]
        text = graphs.command.text()
        assert "--tp-size 2 --performance-mode speed" in text
        assert "cfg-parallel" not in text
        assert text.count("--dit-layerwise-offload") == 1

    def test_where_memory_is_the_goal_a_slow_step_is_no_fault(self) -> None:
        found = wished("black-forest-labs/FLUX.2-dev", "0.5.23", goal="memory")
        assert names(found) == ["layer-by-layer"]
        assert found.fits is True

    def test_heads_that_do_not_divide_leave_gpus_out(self) -> None:
        text = wished(FLUX, "0.5.12", gpus=5).command.text()
        assert "--num-gpus 4 --ulysses-degree 4" in text

    def test_throughput_gives_each_gpu_a_server_where_there_are_such(self) -> None:
        assert "--dp-size 4" in wished(FLUX, "0.5.23", "H200", 4, goal="throughput").command.text()
        assert (
            "--dp-size" not in wished(FLUX, "0.5.12", "H200", 4, goal="throughput").command.text()
        )

    def test_lossy_steps_stand_beside_the_command_and_only_when_asked_for(self) -> None:
        assert not [one for one in wished(QWEN, "0.5.12").variants if one.kind == "lossy"]
        found = wished(QWEN, "0.5.12", lossy=True)
        lossy = {one.step.name for one in found.variants if one.kind == "lossy"}
        assert {"cache-dit", "sage-attention", "vae-in-half"} <= lossy
        assert not any(one.step.lossy for one in found.taken)

    def test_a_step_that_the_rules_flag_is_taken_back(self) -> None:
        found = wished("Wan-AI/Wan2.2-TI2V-5B-Diffusers", "0.5.12", size=(1280, 704))
        assert [one.step.name for one in found.refused] == ["warm-sizes"]
        assert "SGD442" in found.refused[0].findings[0]
        assert "--warmup-resolutions" not in found.command.text()

    @pytest.mark.parametrize("goal", recipes.GOALS)
    @pytest.mark.parametrize("model", MODELS)
    def test_nothing_is_recommended_that_the_rules_flag(self, model: str, goal: str) -> None:
        for release in ("0.5.9", "0.5.12", "0.5.23"):
            for command in ("serve", "generate"):
                found = wished(model, release, "H100", 4, goal=goal, command=command)
                if catalog.load(release).model(model) is None and model != "acme/unknown":
                    continue
                for one in (found.command, *(each.command for each in found.variants)):
                    options = found.wish.options
                    report = check(Source("x.sh", one.text() + "\n"), rulepack.load(), options)
                    flagged = [f for f in report.findings if f.severity in ("error", "warning")]
                    assert not flagged, (one.text(), flagged[0].message)


class TestFamilies:
    """Recipes of families, as their guides have them."""

    def test_a_model_that_is_known_by_its_name_alone_gets_its_recipe(self) -> None:
        found = wished("OpenMOSS-Team/MOVA-720p", "0.5.23", gpus=4, command="generate")
        assert found.model is not None
        assert found.model.how == "detector"
        assert "--num-gpus 4 --ulysses-degree 4 --ring-degree 1" in found.command.text()
        assert "--dit-layerwise-offload true" in found.command.text()
        assert found.estimate is None

    def test_the_first_frame_is_asked_for_where_the_model_needs_one(self) -> None:
        found = wished("OpenMOSS-Team/MOVA-360p", "0.5.23", command="generate")
        assert f"--image-path {IMAGE}" in found.command.text()

    def test_mova_on_eight_gpus_is_as_the_cookbook_measured_it(self) -> None:
        found = wished("OpenMOSS-Team/MOVA-720p", "0.5.23", "H200", 8)
        assert "--num-gpus 8 --ulysses-degree 4 --ring-degree 2" in found.command.text()
        [other] = [one for one in found.variants if one.kind == "measure"]
        assert "--ulysses-degree 8 --ring-degree 1" in other.command.text()

    def test_worlds_keep_up_with_the_documented_number_of_gpus(self) -> None:
        text = wished("robbyant/lingbot-world-fast-diffusers", "0.5.23", gpus=8).command.text()
        assert "--num-gpus 4 --ulysses-degree 4" in text

    def test_wan21_on_four_gpus(self) -> None:
        found = wished("Wan-AI/Wan2.1-T2V-14B-Diffusers", "0.5.12", gpus=4)
        text = found.command.text()
        assert "--num-gpus 4 --enable-cfg-parallel --ulysses-degree 2" in text

    def test_batches_are_to_try_next_where_many_requests_are_the_goal(self) -> None:
        found = wished(QWEN, "0.5.12", "H200", goal="throughput")
        [batches] = [one for one in found.variants if one.step.name == "batches"]
        assert "--batching-max-size 4" in batches.command.text()
        assert "batching" not in found.command.text()
        assert not [one for one in wished(QWEN, "0.5.12").variants if one.step.name == "batches"]

    @pytest.mark.parametrize(
        ("gpu", "name", "flag"),
        [
            ("RTX 4090", "svdquant-int4-resident", "--enable-svdquant"),
            ("RTX 5090", "svdquant-fp4-resident", "--enable-svdquant"),
            ("H100", "modelopt-fp8", "--transformer-path lmsys/qwen-image-modelopt-fp8"),
            ("B200", "modelopt-nvfp4", "--model-path lmsys/qwen-image-modelopt-nvfp4"),
        ],
    )
    def test_weights_in_fewer_bits_are_those_that_the_gpu_can_use(
        self, gpu: str, name: str, flag: str
    ) -> None:
        found = wished(QWEN, "0.5.23", gpu, lossy=True)
        shown = {one.step.name: one.command.text() for one in found.variants}
        assert flag in shown[name]
        nunchaku = [one for one in shown if "svdquant" in one]
        assert bool(nunchaku) == gpu.startswith("RTX")  # not on Hopper, and not on a B200

    def test_four_bits_make_room_where_layers_had_to_come_one_by_one(self) -> None:
        found = wished(QWEN, "0.5.23", "RTX 4090", lossy=True)
        assert "--dit-layerwise-offload true" in found.command.text()
        [bits] = [one for one in found.variants if one.step.name == "svdquant-int4-resident"]
        assert "--dit-layerwise-offload false" in bits.command.text()
        assert "prefetch" not in bits.command.text()


class TestLike:
    """Another checkpoint of a model that is known."""

    def test_it_gets_the_recipe_of_that_one_and_says_which_it_is(self) -> None:
        known = wished(QWEN, "0.5.23")
        found = wished("/data/mine", "0.5.23", like=QWEN)
        assert found.taken == known.taken
        assert found.estimate == known.estimate
        assert "--model-path /data/mine --model-id Qwen-Image --port" in found.command.text()

    def test_weights_of_another_checkpoint_are_not_shown(self) -> None:
        found = wished("/data/mine", "0.5.23", like=QWEN, lossy=True)
        texts = [one.command.text() for one in found.variants]
        assert texts
        assert not any("lmsys" in text for text in texts)
        assert any("--quantization fp8" in text for text in texts)

    def test_it_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["recommend", "--model", "/data/mine", "--like", QWEN, "--gpu", "H100"]
        assert main([*words, "--sglang", "0.5.9"]) == 0
        out, err = capsys.readouterr()
        assert "reckoned as Qwen/Qwen-Image" in out
        assert "is taken to have the parts, sizes and steps of Qwen/Qwen-Image" in err
        assert "SGLang 0.5.9 has no --model-id: call the folder Qwen-Image" in err

    def test_an_unknown_one_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["recommend", "--model", "x", "--like", "Qwen/Qwen-Imag"]) == 2
        assert "did you mean 'Qwen/Qwen-Image'?" in capsys.readouterr().err


class TestProject:
    """What the settings of the project say where the command line does not."""

    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        text = 'sglang = ">=0.5.10,<0.5.13"\ngpu = "H200"\ngpus = 4\ngoal = "throughput"\n'
        (tmp_path / "sgdlint.toml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def head(self, capsys: pytest.CaptureFixture[str], *words: str) -> str:
        assert main(["recommend", "--model", FLUX, *words]) == 0
        return capsys.readouterr().out.splitlines()[0]

    def test_release_gpu_number_and_goal(self, capsys: pytest.CaptureFixture[str]) -> None:
        head = self.head(capsys)
        assert head.startswith("# SGLang 0.5.12.post1, 4 × H200, for throughput; recipes: ")

    def test_the_command_line_counts_first(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["--sglang", "0.5.23", "--gpu", "A100", "--gpus", "1", "--goal", "memory"]
        head = self.head(capsys, *words)
        assert head.startswith("# SGLang 0.5.23, 1 × A100, for memory; recipes: ")

    def test_memory_that_is_told_counts_before_the_gpu_of_the_project(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.head(capsys, "--vram", "24").startswith("# SGLang 0.5.12.post1, 4 × GPU of 24")

    def test_a_gpu_that_is_not_known_is_told_with_its_place(
        self, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (project / "sgdlint.toml").write_text('\ngpu = "H1000"\n', encoding="utf-8")
        assert main(["recommend", "--model", FLUX]) == 2
        err = capsys.readouterr().err
        assert "sgdlint.toml:2: gpu: unknown GPU 'H1000'; did you mean 'H100'?" in err

    def test_check_reads_them_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        text = f"sglang generate --model-path {WAN} --prompt x --dit-layerwise-offload false"
        words = ["check", "--command", f"{text} --num-gpus 8", "--sglang", "0.5.23"]
        assert main(words) == 1
        assert "SGD" in capsys.readouterr().out  # eight GPUs are asked for, and there are four


class TestOutput:
    ASKED = ("recommend", "--model", QWEN, "--gpu", "H100", "--sglang", "0.5.12")

    def test_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(self.ASKED) == 0
        out, err = capsys.readouterr()
        assert err == ""
        assert out.startswith("# SGLang 0.5.12, 1 × H100, for latency; recipes: Qwen-Image + any")
        assert "gain:   documented: 1.2–1.5× on denoising; not measured here" in out
        assert "Documented: 1.2–1.5× on denoising; not measured here, and not multiplied." in out
        assert "Memory of each GPU, GiB: 51.5 at least, 78.8 at most of 79.7: fits" in out

    def test_the_script_is_clean(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        forms = {"shell": "run.sh", "yaml": "compose.yaml", "kubernetes": "p.yaml"}
        for form, name in {**forms, "compose": "compose.yml"}.items():
            assert main([*self.ASKED, "--format", form]) == 0
            path = tmp_path / name
            path.write_text(capsys.readouterr().out, encoding="utf-8")
            status = main(["check", "--sglang", "0.5.12", str(path)])
            assert (status, "1 launch in 1 file" in capsys.readouterr().out) == (0, True), form

    def test_lossy_variants_stand_side_by_side_where_there_is_room(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert main([*self.ASKED, "--lossy"]) == 0
        wide = capsys.readouterr().out
        monkeypatch.setattr("sgdlint.recommending._width", lambda: 70)
        assert main([*self.ASKED, "--lossy"]) == 0
        narrow = capsys.readouterr().out
        [head] = [line for line in wide.splitlines() if "documented gain" in line]
        assert head.split("  ")[1] == "what"
        [row] = [line for line in wide.splitlines() if line.startswith("  sage-attention   ")]
        assert "--attention-backend sage_attn" in row
        assert "what  " not in narrow
        assert "sage-attention: queries and keys" in narrow
        told = [line for line in narrow.splitlines() if "sglang serve" not in line]
        assert max(map(len, told)) <= 100  # references are not broken

    def test_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*self.ASKED, "--format", "json", "--lossy"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["argv"][:2] == ["sglang", "serve"]
        assert found["memory"]["fits"] is True
        assert {"dit", "work", "cuda"} <= {one["part"] for one in found["memory"]["parts"]}
        gains = {one["name"]: one["gain"]["times"] for one in found["steps"]}
        assert gains["compiled"] == [1.2, 1.5]
        assert "lossy" in {one["kind"] for one in found["variants"]}

    def test_a_model_that_is_not_known_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["recommend", "--model", "acme/unknown", "--task", "t2i"]) == 0
        out, err = capsys.readouterr()
        assert "does not know acme/unknown" in err
        assert "no GPU was named" in err
        assert "sglang serve" in out

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ([], "--model is needed"),
            (["--model", QWEN, "--serve", "--generate"], "exclude each other"),
            (["--model", QWEN, "--size", "big"], "is not WIDTHxHEIGHT"),
            (["--model", QWEN, "--task", "t2x"], "is not one of"),
            (["--model", QWEN, "--gpu", "H1000"], "--gpu"),
            (["--model", QWEN, "--sglang", "9.9.9"], "9.9.9"),
        ],
    )
    def test_bad_usage(
        self, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["recommend", *words]) == 2
        assert told in capsys.readouterr().err

    def test_a_model_of_a_later_release_is_an_error(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["recommend", "--model", "Lightricks/LTX-2.3", "--sglang", "0.5.9"]
        assert main(words) == 1
        out, err = capsys.readouterr()
        assert (out, "SGLang 0.5.9 does not know" in err, "--sglang 0.5" in err) == ("", True, True)


def test_the_recipes_are_not_loaded_by_a_check() -> None:
    import subprocess
    import sys

    code = "from sgdlint.cli import main; import sys; main(['check', '--command', 'sglang serve "
    code += "--model-path Qwen/Qwen-Image']); print([m for m in sys.modules if 'recipes' in m])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    assert done.stdout.strip().endswith("[]")
