"""Lines as they are captured, and the message in them."""

from __future__ import annotations

import json

import pytest

from sgdlint.log.lines import LONGEST_LINE, messages
from sgdlint.log.patterns import load
from sgdlint.log.reading import MOST_FINDINGS, Reader

MESSAGE = "Falling back to diffusers backend"
STAMPED = f"[11-24 02:16:11] {MESSAGE}"
CAPTURED = [
    MESSAGE,
    STAMPED,
    f"[2026-11-24 02:16:11] {MESSAGE}",
    f"[11-24 02:16:11 TP1] {MESSAGE}",
    f"INFO 11-24 02:16:11 [registry.py:664] {MESSAGE}",
    f"\x1b[93m{STAMPED}\x1b[0;0m",
    f"[11-24 02:16:11] \x1b[1;36m{MESSAGE}\x1b[0;0m",
    f"[pod/wan-0/server] 2026-11-24T02:16:11.123456789Z {STAMPED}",
    f"2026-11-24T02:16:11.123456789Z {STAMPED}",
    f"2026-11-24T02:16:11.123456789+01:00 stdout F {STAMPED}",
    f"server-1  | {STAMPED}",
    f"3: {STAMPED}",
    f"12: [pod/a/b] {STAMPED}",
    f"[default0]:{STAMPED}",
    f"[2026-11-24 02:16:11] {STAMPED}",
    f"Nov 24 02:16:11 host sglang[4711]: {STAMPED}",
    f"Nov  4 02:16:11 host sglang[4711]: #033[93m{STAMPED}#033[0;0m",
    f" 10%|█         | 5/50 [00:01<00:09,  4.9it/s]\r{STAMPED}",
    f"100%|██████████| 50/50 [00:10<00:00,  4.9it/s]{STAMPED}",
    json.dumps({"log": f"{STAMPED}\n", "stream": "stdout"}, separators=(",", ":")),
    f"{STAMPED}\r\n",
]
BARE = [
    f"  3: {MESSAGE}",
    f"[default0]:{MESSAGE}",
    f"[1,0]<stderr>: {MESSAGE}",
    f"2026-11-24T02:16:11+0100 host sglang[4711]: {MESSAGE}",
    f"Nov 24 02:16:11 {MESSAGE}",
    f"2026-11-24T02:16:11.123456Z 01E {MESSAGE}",
    f"bench.1.abcdef@node    | {MESSAGE}",
    f"(task, pid=4711) {MESSAGE}",
    f"(bench, rank=0, pid=4711, ip=10.0.0.1) {MESSAGE}",
    f"(DiffusionWorker pid=4711) {MESSAGE}",
    json.dumps({"log": f"{MESSAGE}\n", "stream": "stdout"}),
    "\r".join(f" {step}%| | {step}/9999 [00:01<00:09]" for step in range(9_999)) + f"\r{MESSAGE}",
]
"""Messages without a time of their own, so that every prefix has to be known."""
NOT_SAID = [
    f"[11-24 02:16:11] Processing prompt 1/1: {MESSAGE}",
    f"echo {MESSAGE}",
    f'  logger.info("{MESSAGE}")',
    f'server_args: {{"prompt": "{MESSAGE}"}}',
    "",
    "\x00\x01\x02",
    "\ufffd\ufffd",
]


@pytest.mark.parametrize("line", [*CAPTURED, *BARE])
def test_what_stands_around_a_message_is_taken_off(line: str) -> None:
    found = Reader(load()).feed(line)
    assert [one.code for one in found] == ["LOG101"]
    place = found[0].place
    assert place.text[place.start - 1 : place.end - 1] == MESSAGE


@pytest.mark.parametrize("line", NOT_SAID)
def test_a_message_begins_a_line(line: str) -> None:
    assert Reader(load()).feed(line) == ()


def test_ranks_are_told_by_the_capture() -> None:
    assert [one.rank for one in messages(f"3: {STAMPED}")] == ["3"]
    assert [one.rank for one in messages("[rank5]: Traceback (most recent call last):")] == [
        "rank5"
    ]


def test_a_line_is_read_up_to_a_bound() -> None:
    assert len(messages("x" * (LONGEST_LINE + 10))[0].text) == LONGEST_LINE


def test_many_ranks_say_it_once() -> None:
    reader = Reader(load())
    found = [one for rank in range(8) for one in reader.feed(f"{rank}: {STAMPED}")]
    assert len(found) == 1
    assert reader.times(found[0]) == 8


def test_different_things_are_bounded() -> None:
    reader = Reader(load())
    for number in range(MOST_FINDINGS + 5):
        reader.feed(f"[11-24 02:16:11] Port {number} was unavailable, using port 1 instead")
    assert len(reader.found) == MOST_FINDINGS
    assert reader.left_out == 5
