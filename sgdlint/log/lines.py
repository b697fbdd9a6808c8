"""A line of a log as it was captured → the message that SGLang wrote, and who wrote it.

Before a message stand, from the outside: what `kubectl logs --prefix --timestamps`, CRI, Docker
Compose, `srun -l` or the journal add, the time that SGLang writes, and at times what is left of a
progress bar.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record

LONGEST_LINE = 200_000
"""Characters that are read of a line, or of what stands between two carriage returns; the dump of
the arguments has some ten thousand."""
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
        r"\d\d[OE][ +]",  # GitLab, behind its time
        r" {0,2}(?P<rank>\d{1,5}): ",  # srun --label, which pads the numbers
        r"\[(?P<node>[^\]\s]{0,60}?rank:? ?\d{1,5}|default\d{1,5}|\d{1,4},\d{1,5})\]:? ?",
        r"<std(?:out|err)>: ?",  # mpirun, behind its rank
        r"[\w./@-]{1,100}[ ]*\| ",  # docker compose, docker service
        r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[\w.-]{1,100} [\w./@-]{1,100}: )?",
        r"[\w.-]{1,100} [\w./@-]{1,100}\[\d{1,10}\]: ",  # the journal, behind its time
        r"\((?:Worker|Ray)[^)\n]{0,80}\) ",
        r"\([\w.,=: -]{0,60}\bpid=\d{1,10}[^)\n]{0,80}\) ",  # Ray, SkyPilot
    )
)
PREFIX = rf"(?:{_PREFIXES})"
DOCKER_JSON = '{"log":'


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
    line = line.rstrip("\r\n")
    if line.startswith(DOCKER_JSON):
        line = _unwrapped(line[:LONGEST_LINE])
    parts = [part for part in line.split("\r") if part.strip()] if "\r" in line else [line]
    return [_said(_plain(part[:LONGEST_LINE])) for part in parts]


def _plain(text: str) -> str:
    """Return a text without colours."""
    if "\x1b" in text or "#033" in text or "^[" in text:
        return quick.sub(COLOURS, "", text)
    return text


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
    for _ in range(MOST_PREFIXES):  # `| ts '[%F %T]'` puts its own in front
        if stamp is None:
            break
        start = stamp.end()
        stamp = quick.compile(STAMP).match(text, start)
    return Said(text, start, rank)
