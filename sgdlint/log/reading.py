"""Lines of a log, one after the other → what they say of the command."""

from __future__ import annotations

from sgdlint import catalog, quick
from sgdlint.log.lines import messages
from sgdlint.log.model import EARLY, WORDING, LogFinding, Place
from sgdlint.log.runs import Run, arguments_in
from sgdlint.log.tracebacks import Tracebacks
from sgdlint.log.wordings import Wordings
from sgdlint.rules.engine import PLACEHOLDER
from sgdlint.rules.model import holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sgdlint.log.lines import Said
    from sgdlint.log.model import Form, Pattern
    from sgdlint.log.templates import Match

MOST_FINDINGS = 2_000
"""So many different things of one log are told; the others are counted."""
MOST_RUNS = 10_000
LONGEST_VALUE = 500
"""Characters of a value that a finding keeps: some lines hold all layers of a model."""
SLOW_FIRST = 1.5
"""A first request that took so many times as long as the others is told."""
KNOWN_FIELDS = {
    "out-of-memory": ("during",),
    "memory": ("names", "left"),
    "not-warm": ("seconds",),
    "never-warm": ("seconds",),
    "no-warmup": ("seconds",),
    "warmup-inside": ("seconds", "whole"),
    "raised": ("exception",),
    "slow-first": ("first", "others", "factor"),
    "other-release": ("release", "releases"),
}
"""What the reader adds to the holes of a pattern with a role."""
RELEASE = (
    r"(?:sglang(?:\[[\w,]{1,40}\])?==|\bsglang-|lmsysorg/sglang:v)"
    r"(\d{1,4}\.\d{1,4}\.\d{1,4}(?:\.post\d{1,4})?)(?![\w.]*\d)"
)
"""How logs name the release: what pip installs, the folder of the package, the image."""
WARM = 0.95
"""Below this part of the whole a warmed-up time shows that the warmup is in the whole."""
COMMAND = r"\++ (?:[A-Za-z_]\w*=\S* |exec |env )*(?:\S*/)?sglang (?:generate|serve) "
"""A launch as `set -x` shows it."""


class Reader:
    """Reads a log line by line, and keeps what it found and the runs that it saw.

    release: the one that the log is said to be of, or "". told: the one that it names itself.
    """

    def __init__(self, patterns: Iterable[Pattern], release: str = "") -> None:
        self.stated = release
        self.told = ""
        self.line = 0
        self.found: list[LogFinding] = []
        self.runs: list[Run] = []
        self.left_out = 0
        self._known = Wordings(patterns)
        self._seen: dict[tuple[object, ...], int] = {}
        self._times: list[int] = []
        self._possible: set[str] | None = None
        self._tracebacks = Tracebacks()

    def feed(self, line: str) -> tuple[LogFinding, ...]:
        """Read one more line; return what it says that was not said before."""
        self.line += 1
        before = len(self.found)
        for said in messages(line):
            self._read(said)
        return tuple(self.found[before:])

    def end(self) -> tuple[LogFinding, ...]:
        """Return what is known only at the end."""
        before = len(self.found)
        for run in self.runs:
            self._sum_up(run)
        if self.stated and self._possible and self.stated not in self._possible:
            fields = {"release": self.stated, "releases": self.release}
            self._note("other-release", Place(1, 1, 1, ""), fields, self._run())
        return tuple(self.found[before:])

    def times(self, finding: LogFinding) -> int:
        """Return how often something was said."""
        return self._times[self.found.index(finding)]

    @property
    def release(self) -> str:
        """The stated release, or the one that the log names; the newest with all its wordings."""
        if self._possible and not self.is_of(self.stated or self.told):
            return max(self._possible, key=catalog.release_key)
        return self.stated or self.told

    def is_of(self, release: str) -> bool:
        """Whether a release has all the wordings of the log, as far as that can be told."""
        return self._possible is None or release in self._possible

    # --- one message ------------------------------------------------------------------------------

    def _read(self, said: Said) -> None:
        self._command(said)
        if not self.told and "sglang" in said.text:
            self._name(said.text)
        exception = self._tracebacks.exception(said)
        every = list(self._known.matches(said))
        is_memory = any(pattern.role == "out-of-memory" for pattern, _, _ in every)
        for pattern, form, found in every:
            if form.origin == "sglang":
                self._narrow(form)
            if not (is_memory and pattern.rule.category == "failed"):
                self._take(pattern, form, found, said)
        if exception and not every:
            self._raised(exception, said)

    def _raised(self, exception: str, said: Said) -> None:
        """Tell what a traceback ends with, unless a line has told why something failed."""
        run = self._run()
        if not any(reason and exception.endswith(reason) for reason in run.reasons):
            place = Place(self.line, said.start + 1, len(said.text) + 1, said.text)
            self._note("raised", place, {"exception": exception}, run)

    def _command(self, said: Said) -> None:
        """Begin a run where the shell shows its command."""
        text = said.text
        is_shown = text.startswith("+", said.start) and "sglang " in text
        if is_shown and quick.compile(COMMAND).match(text, said.start):
            self._begin(text[said.start :].lstrip("+ "))

    def _name(self, text: str) -> None:
        """Note the release that an image, a package or its folder names."""
        found = quick.compile(RELEASE).search(text)
        if found is not None and found[1] in catalog.releases():
            self.told = found[1]

    def _narrow(self, form: Form) -> None:
        """Note which releases have all the wordings so far."""
        if not form.since and not form.until:
            return
        with_it = {one for one in catalog.releases() if holds(one, form.since, form.until)}
        both = with_it if self._possible is None else self._possible & with_it
        self._possible = both or with_it  # several releases in one log: the last counts

    def _take(self, pattern: Pattern, form: Form, found: Match, said: Said) -> None:
        role, values = pattern.role, found.values
        if WORDING in pattern.each:
            values = {**values, WORDING: form.text}
        run = self._run_for(pattern)
        handle = _ROLES.get(role)
        place = Place(self.line, found.start + 1, max(found.end, found.start) + 1, said.text)
        more = handle(self, run, values, place) if handle is not None else {}
        if more is None or not pattern.told:
            return
        run = self._run()
        if any(run.asked(name) == value for name, value in pattern.unless):
            return
        if self._is_known_failure(pattern, values, run):
            return
        if pattern.differ and len({values.get(name) for name in pattern.differ}) == 1:
            return
        self._tell(pattern, place, {**values, **more}, run)

    def _is_known_failure(self, pattern: Pattern, values: dict[str, str], run: Run) -> bool:
        """Whether another message has told why something failed; notes it otherwise."""
        reason = values.get("reason", "")
        if pattern.rule.category != "failed" or not reason:
            return False
        return run.reasons.setdefault(reason, pattern.rule.code) != pattern.rule.code

    def _tell(self, pattern: Pattern, place: Place, fields: dict[str, str], run: Run) -> None:
        fields = {name: value[:LONGEST_VALUE] for name, value in fields.items()}
        key = (pattern.rule.code, run.number, *(fields.get(name, "") for name in pattern.each))
        if key in self._seen:
            self._times[self._seen[key]] += 1
        elif len(self.found) >= MOST_FINDINGS:
            self.left_out += 1
        else:
            self._seen[key] = len(self.found)
            self._times.append(1)
            texts = (_filled(one, fields) for one in (pattern.rule.message, pattern.rule.help))
            self.found.append(LogFinding(pattern, place, tuple(fields.items()), run.number, *texts))

    def _note(self, role: str, place: Place, fields: dict[str, str], run: Run) -> None:
        """Tell what no single line says."""
        pattern = self._known.by_role.get(role)
        if pattern is not None:
            self._tell(pattern, place, fields, run)

    # --- runs -------------------------------------------------------------------------------------

    def _run(self) -> Run:
        return self.runs[-1] if self.runs else self._begin()

    def _begin(self, command: str = "") -> Run:
        run = Run(len(self.runs) + 1, self.line, command)
        if len(self.runs) < MOST_RUNS:
            self.runs.append(run)
        return self.runs[-1]

    def _run_for(self, pattern: Pattern) -> Run:
        """Return the run that a message belongs to; early ones begin another behind one's end."""
        run = self._run()
        is_early = pattern.rule.category in EARLY or pattern.role == "server-args"
        return self._begin() if run.is_over and is_early else run

    def _sum_up(self, run: Run) -> None:
        """Tell of the times of a run."""
        both = run.first_and_others
        if both is not None and run.first is not None and both[0] >= SLOW_FIRST * both[1] > 0:
            first, others = both
            fields = {
                "first": f"{first:g}",
                "others": f"{others:g}",
                "factor": f"{first / others:.1f}",
            }
            self._note("slow-first", run.first, fields, run)

    # --- roles ------------------------------------------------------------------------------------

    def _server_args(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        arguments = arguments_in(values.get("arguments", ""))
        if run.is_other(arguments):
            run = self._begin()
        run.arguments = arguments or run.arguments
        return {}

    def _stage(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.stage = values["stage"]
        return {}

    def _no_stage(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.stage = ""
        return {}

    def _loaded(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        if "size" in values:
            run.sizes[values["component"]] = float(values["size"])
        if "free" in values:
            run.free = float(values["free"])
        return {}

    def _ready(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.is_ready = True
        return {}

    def _asked(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.asked_for_diffusers = True
        return {}

    def _fell_back(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.says_backend = True
        return {}

    def _ran_diffusers(
        self, run: Run, values: dict[str, str], place: Place
    ) -> dict[str, str] | None:
        return None if run.says_backend else {}

    def _request_done(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.stage = ""
        run.took(float(values["seconds"]), place)
        if len(run.times) == 1 and run.is_cold:
            self._note("no-warmup", place, values, run)
        return {}

    def _warmup_done(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.warmups += 1
        return {}

    def _warmup_counted(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.counted_warmups = max(run.counted_warmups, int(values["done"]))
        return {}

    def _warmup_failed(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.failed_warmups += 1
        return {}

    def _warmed_up(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        if run.failed_warmups and not run.is_warm:
            self._note("not-warm", place, values, run)
        elif run.waits_for_server and not run.is_warm:
            self._note("never-warm", place, values, run)
        elif run.times and float(values["seconds"]) < WARM * run.times[-1]:
            fields = {**values, "whole": f"{run.times[-1]:g}"}
            self._note("warmup-inside", place, fields, run)
            run.has_warmup_inside = True
        return {}

    def _out_of_memory(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        return {"during": run.during}

    def _memory(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str] | None:
        names = [one.strip("'\" ") for one in values.get("components", "").strip("[]").split(",")]
        names = [one for one in names if one]
        if not names:
            return None
        sizes = [run.sizes.get(one) for one in names]
        left = ""
        if all(one is not None for one in sizes) and "headroom" in values:
            left = f"{float(values['headroom']) - sum(filter(None, sizes)):.2f}"
        return {"names": ", ".join(names), "left": left}

    def _ended(self, run: Run, values: dict[str, str], place: Place) -> dict[str, str]:
        run.is_over = True
        run.stage = ""
        return {}


_ROLES: dict[str, Callable[[Reader, Run, dict[str, str], Place], dict[str, str] | None]] = {
    "server-args": Reader._server_args,
    "asked-for-diffusers": Reader._asked,
    "fell-back": Reader._fell_back,
    "ran-diffusers": Reader._ran_diffusers,
    "stage-started": Reader._stage,
    "stage-finished": Reader._no_stage,
    "loaded": Reader._loaded,
    "ready": Reader._ready,
    "request-done": Reader._request_done,
    "warmup-done": Reader._warmup_done,
    "warmup-counted": Reader._warmup_counted,
    "warmup-failed": Reader._warmup_failed,
    "warmed-up": Reader._warmed_up,
    "out-of-memory": Reader._out_of_memory,
    "memory": Reader._memory,
    "ended": Reader._ended,
}
"""What the reader does with a message that means something to it; None: nothing is told."""


def _filled(template: str, fields: dict[str, str]) -> str:
    """Return a message with the values of its fields."""
    return quick.sub(
        PLACEHOLDER,
        lambda found: fields.get(found[1].removeprefix("event."), found[0]),
        template,
    )
