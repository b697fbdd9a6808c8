"""The page of HTML: all that it shows, nothing from elsewhere, and no text that becomes markup."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sgdlint import rulepack, viewing
from sgdlint.cli import main
from sgdlint.finding import Failure
from sgdlint.formatters.html import Page, whole
from sgdlint.linter import check
from sgdlint.source import Source
from sgdlint.stated import Options

SCRIPT = """\
#!/bin/bash
# <b>not bold</b> & "quoted"
MODEL=Qwen/Qwen-Image
if [ -n "$FAST" ]; then
  sglang generate --model-path "$MODEL" --num_gpus 2 --prompt '<script>alert(1)</script>'
else
  sglang generate --model-path "$MODEL" --prompt "$PROMPT" --enable-torch-compile
fi
"""
OPTIONS = Options(sglang=("0.5.23",), gpu="H100", gpus=8)
VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Reads a page: its elements with their attributes, its text; each element must be closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self._open and self._open[-1] not in ("script", "style"):
            self.text += data

    def classes(self) -> list[str]:
        """Return the classes of all elements."""
        return [name for _, given in self.elements for name in (given.get("class") or "").split()]


def page_of(text: str, path: str = "run.sh") -> Page:
    """Return what is shown of a script."""
    pack = rulepack.load()
    return viewing.page(check(Source(path, text), pack, OPTIONS), pack, OPTIONS)


@pytest.fixture(scope="module")
def report() -> str:
    """Return a page of a script with findings, one without, and a file that was not read."""
    pages = [page_of(SCRIPT), page_of("sglang serve --model-path Qwen/Qwen-Image\n", "a&b.sh")]
    return whole(pages, [Failure("c<d.sh", "no such file")], "my launches")


def test_it_shows_findings_launches_changes_and_memory(report: str) -> None:
    page = Reader(report)
    for part in (
        "sgdlint: my launches",
        "SGD206",  # a finding, with the words and what its fix writes
        "^^^^^^^^^^",
        '-  sglang generate --model-path "$MODEL" --num_gpus 2',
        '+  sglang generate --model-path "$MODEL" --num-gpus 2',
        "sglang generate --model-path Qwen/Qwen-Image --prompt ? --enable-torch-compile",
        "line 5, when FAST is not empty",
        "8 GPUs, H100, 79.65 GiB each",
        "CFG parallel",
        "GiB on each GPU: ",
        "a&b.sh",
        "c<d.sh: no such file",
        "No findings.",
        "1 error",
    ):
        assert part in page.text, part
    assert {"error", "perf", "finding", "bar", "card", "m0"} <= set(page.classes())
    assert page.classes().count("finding") == 2
    assert page.classes().count("run") == 3


def test_no_text_becomes_markup(report: str) -> None:
    page = Reader(report)
    assert "alert(1)" in page.text
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert "b" not in [tag for tag, _ in page.elements]


def test_it_loads_nothing(report: str) -> None:
    for tag, given in Reader(report).elements:
        assert tag not in ("link", "img", "iframe", "object", "embed")
        assert "src" not in given
        assert tag == "a" or "href" not in given
        assert (given.get("href") or "#").startswith(("#", "https://"))
    assert "@import" not in report
    assert "url(" not in report


def test_a_severity_can_be_hidden(report: str) -> None:
    boxes = [given for tag, given in Reader(report).elements if tag == "input"]
    assert [one["value"] for one in boxes] == ["error", "perf"]
    assert all("checked" in one for one in boxes)


def test_files_are_listed_where_there_are_several(report: str) -> None:
    links = [given["href"] for tag, given in Reader(report).elements if tag == "a"]
    targets = [given.get("id") for _, given in Reader(report).elements if given.get("id")]
    assert [one for one in links if one in ("#file-0", "#file-1")] == ["#file-0", "#file-1"]
    assert targets == ["file-0", "file-1"]
    assert "contents" not in Reader(whole([page_of(SCRIPT)], [])).classes()


def test_a_page_without_anything() -> None:
    page = Reader(whole([page_of("echo hello\n")], []))
    assert "No findings" in page.text
    assert "run.sh" not in page.text  # a file without a launch is not shown


def test_a_browser_shows_it(report: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser")
    (tmp_path / "report.html").write_text(report, encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=420,900"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=1000"]
    probe = (
        "<script>addEventListener('load', () => {"
        "document.querySelector('.filters input').click();"
        "const hidden = getComputedStyle(document.querySelector('.finding.error')).display;"
        "const wide = document.documentElement.scrollWidth > innerWidth;"
        "document.body.setAttribute('data-probe', hidden + ' ' + wide)})</script></body>"
    )
    (tmp_path / "report.html").write_text(report.replace("</body>", probe), encoding="utf-8")
    page = (tmp_path / "report.html").as_uri()
    done = subprocess.run(
        [*command, "--dump-dom", page], check=False, capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        pytest.skip("the browser does not start here")
    assert 'data-probe="none false"' in done.stdout  # hidden, and nothing sticks out


def test_a_run_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.sh").write_text(SCRIPT)
    assert main(["check", "run.sh", "gone.sh", "--gpu", "H100", "--output", "html=x.html"]) == 2
    page = Reader((tmp_path / "x.html").read_text(encoding="utf-8"))
    assert page.text.count("CFG parallel") == 2
    assert "gone.sh: no such file" in page.text
    assert f"sgdlint: {tmp_path.name}" in page.text
    capsys.readouterr()
    assert main(["fix", "run.sh", "--format", "html"]) == 0
    assert "No findings" in Reader(capsys.readouterr().out).text
