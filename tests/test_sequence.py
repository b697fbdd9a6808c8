"""What is said of several launches of one file."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.linter import Options, check
from sgdlint.source import Source

RUN = "sglang generate --model-path Qwen/Qwen-Image --prompt x --warmup --perf-dump-path"


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (f"{RUN} a.json\n{RUN} a.json\n{RUN} a.json\n", [2, 3]),
        (f"F=out/a.json\n{RUN} $F\n{RUN}=$F --seed 1\n", [3]),
        (f"{RUN} a.json\necho done\n{RUN} a.json\n", [3]),
        (f"{RUN} a.json\n{RUN} b.json\n", []),
        (f"{RUN} a.json && mv a.json b.json\n{RUN} a.json\n", []),
        (f"F=a.json\n{RUN} $F\ncp $F b.json\n{RUN} $F\n", []),
        (f"{RUN} a.json\npython compare.py $1\n{RUN} a.json\n", []),
        (f"{RUN} a.json\ncd other\n{RUN} a.json\n", []),
        (f"if test $1; then\n {RUN} a.json\nelse\n {RUN} a.json\nfi\n", []),
        (f"for i in 1 2; do {RUN} a.json; done\n{RUN} a.json\n", []),
        (f"{RUN} a.json\n{RUN} $OUT\n", []),
        (f"{RUN} a.json\nexit\n{RUN} a.json\n", []),
    ],
)
def test_a_file_that_is_written_twice(script: str, lines: list[int]) -> None:
    source = Source("run.sh", script)
    report = check(source, rulepack.load(), Options(sglang="0.5.12"))
    again = [one for one in report.findings if one.code == "SGD716"]
    assert [source.location(one.span.start)[0] for one in again] == lines
