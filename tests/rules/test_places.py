"""A finding points at the words that it is about."""

from __future__ import annotations

import pytest

import sgdlint

NOVA = "sglang serve --model-path sensenova/SenseNova-U1.5-8B-MoT"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--dit-cpu-offload false --dit-layerwise-offload", "--dit-layerwise-offload"),
        ("--dit-layerwise-offload --dit-cpu-offload false", "--dit-layerwise-offload"),
        ("--component-residency transformer=resident --vae-cpu-offload", "--vae-cpu-offload"),
        ("--quantization fp8 --dit-cpu-offload", "--dit-cpu-offload"),  # both: as the rule says
    ],
)
def test_of_several_options_the_one_that_is_refused(options: str, expected: str) -> None:
    text = f"{NOVA} {options}\n"
    (place,) = {one.span for one in sgdlint.check(text).findings if one.code == "SGD195"}
    assert text[place.start : place.end] == expected
