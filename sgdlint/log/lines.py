"""A line of a log as it was captured → the message that SGLang wrote, and who wrote it.

Before a message stand, from the outside: what `kubectl logs --prefix --timestamps`, CRI, Docker
Compose, `srun -l` or the journal add, the time that SGLang writes, and at times what is left of a
progress bar.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record

LONGEST_LINE = 200_000
"""Characters of a line that are read; the dump of the arguments has some ten thousand."""
MOST_PREFIXES = 6
"""So many captures around each other are taken off."""

COLOURS = r"(?:\x1b|#033|\^\[)\[[0-9;?]*[ -/]*[@-~]"
STAMP = r"\[(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d[^\]\n]{0,40}\] ?"
"""How SGLang's own logger begins a line, with what a rank adds behind the time."""
LEVELLED = r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) \d\d-\d\d \d\d:\d\d:\d\d \[[^\]\n]{1,120}\] ?"
"""How it does before it is set up."""
_PREFIXES = "|".join(
    (
        r"\[pod/[^\]\s]{1,300}\] ",  # kubectl logs --prefix
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[ \t]+",
        r"std(?:out|err) [FP] ",  # the container runtime interface, behind its time
        r"(?P<rank>\d{1,5}): ",  # srun --label
        r"\[(?P<node>[^\]\s]{0,60}?rank:? ?\d{1,5}|\d{1,4},\d{1,5})\]:? ?(?:<std(?:out|err)>:)?",
        r"[\w./-]{1,100}[ ]*\| ",  # docker compose
        r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]{1,100} [\w./@-]{1,100}(?:\[\d+\])?: ",
        r"\((?:Worker|Ray)[^)\n]{0,80}\) ",
    )
)
PREFIX = rf"(?:{_PREFIXES})"
DOCKER_JSON = '{"log":"'


@record
class Said:
    """A message of a log: its line without colours, and where in that the message begins.

    rank: who said it, as the capture tells; "" when it does not.
    """

    text: str
    start: int
    rank: str = ""


def messages(line: str) -> list[Said]:
    """Return what a physical line says: once, or for each part that a carriage return ends."""
    line = line[:LONGEST_LINE].rstrip("\r\n")
    if line.startswith(DOCKER_JSON):
        line = _unwrapped(line)
    if "\x1b" in line or "#033" in line or "^[" in line:
        line = quick.sub(COLOURS, "", line)
    if "\r" not in line:
        return [_said(line)]
    return [_said(part) for part in line.split("\r") if part.strip()]


def _unwrapped(line: str) -> str:
    """Return what Docker's own files hold in a line."""
    try:
        found = quick.loads(line)
    except ValueError:
        return line
    text = found.get("log") if isinstance(found, dict) else None
    return text.rstrip("\r\n") if isinstance(text, str) else line


def _said(text: str) -> Said:
    start, rank = 0, ""
    prefix = quick.compile(PREFIX)
    for _ in range(MOST_PREFIXES):
        found = prefix.match(text, start)
        if found is None:
            break
        rank = found["rank"] or found["node"] or rank
        start = found.end()
    stamp = quick.compile(STAMP).search(text, start) or quick.compile(LEVELLED).search(text, start)
    return Said(text, stamp.end() if stamp is not None else start, rank)
