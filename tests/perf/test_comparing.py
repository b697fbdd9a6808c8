"""Comparing: real files of known differences, and what must hold for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perf.making import made, side

from sgdlint.formatters.text import plain
from sgdlint.perf.comparing import OUTSIDE, CompareError, Variant, compare
from sgdlint.perf.noise import MOST_RUNS
from sgdlint.perf.sides import Side
from sgdlint.perf.text import render


def of(old: str, new: str) -> Variant:
    return compare(side(old), [side(new)]).variants[0]


def moved(variant: Variant) -> list[str]:
    return [one.name for one in variant.stages if one.moved]


def test_compiled_runs_are_faster_in_the_stage_that_was_compiled() -> None:
    found = of("eager", "compile")
    assert found.total.verdict == "faster"
    assert found.total.speedup == pytest.approx(1.243, abs=0.001)
    assert moved(found) == ["DenoisingStage"]
    assert found.steady is not None
    assert found.steady.speedup == pytest.approx(400 / 310, rel=0.01)
    assert (found.peak.old, found.peak.new) == (17100, 17650)
    assert found.comparable == "unknown"  # the files do not tell the size


def test_the_same_runs_with_more_noise_are_no_difference() -> None:
    found = of("eager", "again")
    assert found.total.verdict == "same"
    assert moved(found) == []


@pytest.mark.parametrize(
    ("new", "stages"),
    [("slow-decode.json", ["DecodingStage"]), ("spike.json", ["DenoisingStage"])],
)
def test_the_stage_that_is_slower_is_named(new: str, stages: list[str]) -> None:
    found = of("eager", new)
    assert moved(found) == stages
    assert found.total.verdict == "unsure"  # one run against five


def test_the_first_step_and_later_ones_that_are_slow_are_told() -> None:
    assert of("eager", "cold.json").steps.cold
    assert not of("eager", "spike.json").steps.cold
    assert of("eager", "spike.json").steps.spikes == (6,)
    assert of("eager", "compile").steps.spikes == ()


@pytest.mark.parametrize(
    ("new", "name", "old_value", "new_value"),
    [
        ("cold.json", "warmed up", "yes", "no"),
        ("fewer-steps.json", "steps", "10", "8"),
        (
            "other-model.json",
            "model",
            "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
            "Wan-AI/Wan2.1-T2V-14B-Diffusers",
        ),
        ("diffusers.json", "backend", "native", "diffusers"),
    ],
)
def test_what_makes_runs_not_comparable_is_named(
    new: str, name: str, old_value: str, new_value: str
) -> None:
    found = of("eager", new)
    assert found.comparable == "no"
    differing = {
        one.name: (one.old, one.new) for one in found.conditions if one.verdict == "differs"
    }
    assert differing[name] == (old_value, new_value)


def test_what_is_told_besides_counts_where_a_dump_says_nothing() -> None:
    told = (("size", "832x480"), ("frames", "81"), ("model", "Other"))
    found = compare(side("eager", *told), [side("compile", *told)]).variants[0]
    assert found.comparable == "yes"
    small = (("size", "416x240"), ("frames", "81"))
    found = compare(side("eager", *told), [side("compile", *small)]).variants[0]
    assert found.comparable == "no"


def test_another_release_or_seed_is_told_and_may_be_compared() -> None:
    told = (("size", "832x480"), ("frames", "81"))
    old = side("eager", *told, ("release", "0.5.22"), ("seed", "1"))
    new = side("again", *told, ("release", "0.5.23"), ("seed", "2"))
    found = compare(old, [new]).variants[0]
    assert found.comparable == "yes"
    assert {one.name for one in found.conditions if one.verdict == "differs"} == {"release", "seed"}


def test_releases_that_cannot_be_the_same_differ() -> None:
    def verdict(old: str, new: str) -> str:
        found = of(f"releases/{old}.json", f"releases/{new}.json")
        return {one.name: one.verdict for one in found.conditions}["release"]

    assert verdict("0.5.6-generate", "0.5.8-generate") == "differs"
    assert verdict("0.5.12-generate", "0.5.23-generate") == "differs"
    assert verdict("0.5.12-generate", "0.5.10.post1-server") == "unknown"
    assert verdict("0.5.6-generate", "0.5.6-generate") == "unknown"  # or 0.5.6.post1


def test_runs_of_one_side_that_differ_are_not_comparable() -> None:
    mixed = Side("mixed", side("eager").dumps + side("other-model.json").dumps)
    found = compare(mixed, [side("eager")]).variants[0]
    assert found.comparable == "no"
    assert " and " in found.conditions[0].old


def test_dumps_of_the_oldest_release_have_no_steps_and_no_memory() -> None:
    found = of("releases/0.5.6-generate.json", "releases/0.5.9-generate.json")
    assert found.steady is None
    assert found.peak.old is None
    assert found.total.verdict == "unknown"


def test_a_stage_that_only_one_side_has() -> None:
    old = Side("old", (made(1000, Denoise=900.0),))
    new = Side("new", (made(1200, Denoise=900.0, Upscale=200.0, Tiny=1.0),))
    found = compare(old, [new]).variants[0]
    stages = {one.name: one for one in found.stages}
    assert stages["Upscale"].old is None
    assert moved(found) == ["Upscale"]
    assert [one.name for one in found.stages][-1] == OUTSIDE


def test_what_is_outside_the_stages_is_left_out_when_they_take_more() -> None:
    old = Side("old", (made(1000, A=900.0, B=200.0),))
    names = [one.name for one in compare(old, [old]).variants[0].stages]
    assert names == ["A", "B"]


def test_a_stage_of_zero_has_no_speed_up() -> None:
    old, new = Side("old", (made(1000, A=0.0),)), Side("new", (made(1000, A=500.0),))
    found = compare(old, [new]).variants[0].stages[0]
    assert found.change is not None
    assert found.change.speedup is None
    assert found.moved


def test_steps_of_zero_are_neither_cold_nor_a_reason_to_stop() -> None:
    old = Side("old", (made(1000, [5.0, 0.0, 0.0, 0.0], A=0.0),))
    new = Side("new", (made(1000, [0.0] * 4, A=0.0),))
    found = compare(old, [new])
    assert not found.steps.cold
    assert plain(render(found)).count("0.00 ms") == 3  # a stage of zero is not shown


def test_sides_without_runs_or_with_too_many_are_refused() -> None:
    one = Side("one", (made(),))
    with pytest.raises(CompareError, match="none: no perf dump"):
        compare(one, [Side("none", ())])
    with pytest.raises(CompareError, match=f"many: {MOST_RUNS + 1} runs; at most {MOST_RUNS}"):
        compare(Side("many", one.dumps * (MOST_RUNS + 1)), [one])


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=5), st.data())
def test_swapping_the_sides_moves_the_same_stages(times: list[float], draw: st.DataObject) -> None:
    others = draw.draw(st.lists(st.floats(1, 1e6), min_size=1, max_size=5))
    old = Side("old", tuple(made(ms + 10, A=ms) for ms in times))
    new = Side("new", tuple(made(ms + 10, A=ms) for ms in others))
    there, back = compare(old, [new]).variants[0], compare(new, [old]).variants[0]
    turned = {"faster": "slower", "slower": "faster"}
    assert back.total.verdict == turned.get(there.total.verdict, there.total.verdict)
    assert [one.name for one in there.stages] == [one.name for one in back.stages]
