"""No advice speaks of more than one in ten of the commands of SGLang's own guides."""

from __future__ import annotations

import build_noise
import pytest

from sgdlint import rulepack

PACK = rulepack.load()
ASKED = build_noise.recorded()


@pytest.mark.parametrize("machine", build_noise.MACHINES)
def test_an_advice_that_speaks_often_is_off_by_default(machine: tuple[str, int | None]) -> None:
    often = len(ASKED) * build_noise.MOST
    advice = {rule.code for rule in PACK.rules if rule.severity != "error"}
    count = build_noise.histogram(PACK, machine, ASKED)
    noisy = {code: number for code, number in count.items() if code in advice and number > often}
    assert noisy == {}, f"of {len(ASKED)} commands; write `enabled: false`, or mend the rule"


def test_commands_are_recorded_without_the_sentences_of_the_guides() -> None:
    command = "$ A=1 sglang generate --model-path <model> \\\n  --prompt='a very long tale'"
    page = f"```bash\n{command}\n```\n"
    assert list(build_noise.commands(page, "0.5.23")) == [
        "sglang generate --model-path \"$VALUE\" --prompt='a cat'"
    ]
    assert len({command for command, _ in ASKED}) > 80
    assert {release for _, release in ASKED} >= {"0.5.9", "0.5.12", "0.5.23"}
