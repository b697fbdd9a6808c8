"""Run rules on a launch: conditions → findings with messages, spans and fixes."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.finding import ANY, GOALS, Edit, Finding, Fix, InForce, Related
from sgdlint.record import replace
from sgdlint.rules.facts import Derived, Facts
from sgdlint.rules.logic import blamed, holds, names_in
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from sgdlint.launch.bind import Event, Given
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.logic import Value
    from sgdlint.rules.model import Action, Rule, RuleFix
    from sgdlint.rules.pack import Pack

PLACEHOLDER = r"\{([A-Za-z_][\w.-]*)\}"


class Engine:
    """The rules of a pack that hold for one release, ready to run on its launches.

    goal: what the fixes are for.
    """

    def __init__(self, pack: Pack, release: str, goal: str = GOALS[0]) -> None:
        self.pack = pack
        self.release = release
        self.goal = goal
        self.shown = release
        self.derived = Derived(pack, release)
        self._rules: dict[int, Rule | None] = {}

    def rules(self, numbers: Iterable[int]) -> list[Rule]:
        """Return those of some rules that hold for the release."""
        return [rule for number in numbers if (rule := self._rule(number)) is not None]

    def on(self, event: str) -> list[Rule]:
        """Return the rules on an event, the one to try first in front."""
        index = self.pack.index
        return self.rules([*index.on.get(event, ()), *index.otherwise.get(event, ())])

    def _rule(self, number: int) -> Rule | None:
        if number not in self._rules:
            rule = self.pack.rule_for(number, self.release)
            self._rules[number] = None if rule is None else _for_goal(rule, self.goal)
        return self._rules[number]

    def _worth_trying(self, launch: Launch) -> list[Rule]:
        """Return the rules on whole launches that may fire on one, in the order of the pack."""
        index = self.pack.index
        numbers = set(index.always)
        given = [*launch.bound.given, *(f"env.{name}" for name in launch.environment)]
        given += ["model."] if launch.model is not None else []
        given += ["gpu."] if launch.hardware.is_told else []
        for name in given:
            numbers.update(index.needs.get(name, ()))
        return self.rules(sorted(numbers))

    def run(self, launch: Launch, text: str, sglang: str = "") -> list[Finding]:
        """Return what the rules find in one launch; sglang: what stands for the release."""
        self.shown = sglang or self.release
        findings = []
        for event in launch.bound.events:
            finding = self._on_event(launch, text, event)
            if finding is not None:
                findings.append(finding)
        facts = Facts(launch, self.derived, shown=self.shown)
        findings += [
            _finding(rule, facts, text, None)
            for rule in self._worth_trying(launch)
            if launch.command in rule.commands and holds(rule.when, facts.lookup)
        ]
        return findings

    def moved(
        self, before: Launch, launch: Launch, text: str, events: Iterable[Event]
    ) -> list[Finding]:
        """Return what the rules find in a launch that came from another release.

        before: the launch as its old release understood it. events: how the two differ.
        """
        old = Facts(before, Derived(self.pack, before.release.name))
        return [
            finding for event in events for finding in self._all_on_event(launch, text, event, old)
        ]

    def _all_on_event(
        self, launch: Launch, text: str, event: Event, before: Facts
    ) -> Iterable[Finding]:
        """Yield what every rule on an event says."""
        facts = Facts(launch, self.derived, dict(event.fields), before, self.shown)
        for rule in self.on(event.kind):
            holds_here = rule.when is None or holds(rule.when, facts.lookup)
            if launch.command in rule.commands and holds_here:
                yield _finding(rule, facts, text, event)

    def noticed(self, launch: Launch, text: str, event: Event) -> list[Finding]:
        """Return what the rules say of something that is noticed beside what the launch holds."""
        finding = self._on_event(launch, text, event)
        return [] if finding is None else [finding]

    def logged(self, launch: Launch, text: str, rule: Rule, event: Event) -> Finding | None:
        """Return what a rule that is none of the pack says of a launch, where it holds."""
        facts = Facts(launch, self.derived, dict(event.fields), shown=self.shown)
        if launch.command not in rule.commands:
            return None
        if rule.when is not None and not holds(rule.when, facts.lookup):
            return None
        return _finding(rule, facts, text, event)

    def _on_event(self, launch: Launch, text: str, event: Event) -> Finding | None:
        facts = Facts(launch, self.derived, dict(event.fields), shown=self.shown)
        for rule in self.on(event.kind):
            if launch.command not in rule.commands:
                continue
            if rule.when is None or holds(rule.when, facts.lookup):
                return _finding(rule, facts, text, event)
        return None

    def plain(
        self, kind: str, span: Span, fields: dict[str, str], fix: Fix | None
    ) -> list[Finding]:
        """Return the finding for something noticed outside launches, such as a syntax error."""
        return [
            Finding(
                code=rule.code,
                name=rule.name,
                severity=rule.severity,
                category=rule.category,
                lossless=rule.lossless,
                message=quick.sub(
                    PLACEHOLDER,
                    lambda match: fields.get(match[1].removeprefix("event."), ""),
                    rule.message,
                ),
                span=span,
                help=rule.help,
                url=rule.url,
                fix=fix,
                scope=span,
                gain=rule.gain,
                goals=rule.goals,
            )
            for rule in self.on(kind)[:1]
        ]


def _for_goal(rule: Rule, goal: str) -> Rule:
    """Return a rule without the fixes that are for other goals."""
    if not any(fix.goals for fix in rule.fixes):
        return rule
    return replace(rule, fixes=tuple(one for one in rule.fixes if goal in (one.goals or (goal,))))


def _finding(rule: Rule, facts: Facts, text: str, event: Event | None) -> Finding:
    launch = facts.launch
    spans = _spans(rule, facts, event)
    related = tuple(Related(span, label) for label, span in list(spans.items())[1:])
    primary = next(iter(spans.values()), launch.head_span())
    related += tuple(
        Related(place or primary, f"written in {file}")
        for place, file in _other_files(rule, facts, event)
    )
    in_force = _in_force(rule, facts)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        category=rule.category,
        lossless=rule.lossless,
        message=fill(rule.message, facts) + _from_files(rule, facts) + _chosen(rule, in_force),
        span=primary,
        help=fill(rule.help, facts),
        url=rule.url,
        related=related,
        fix=_first_fix(rule, facts, text, event),
        scope=launch.span,
        in_force=in_force,
        gain=rule.gain,
        goals=rule.goals,
    )


def _in_force(rule: Rule, facts: Facts) -> tuple[InForce, ...]:
    """Return the derived facts that a finding speaks of and that can tell where they come from."""
    leaves = [leaf(match[1]) for match in quick.finditer(PLACEHOLDER, rule.message)]
    leaves += names_in(rule.when) if rule.when is not None else []
    names = [name for kind, name in dict.fromkeys(leaves) if kind == "derived"]
    names = [name for name in names if (fact := facts.derived.get(name)) and fact.because]
    if not names:
        return ()
    from sgdlint.rules.origins import in_force  # imported when there is something to tell

    return tuple(in_force(name, facts) for name in names)


def _chosen(rule: Rule, values: Iterable[InForce]) -> str:
    """Say why SGLang itself chose a value that a message shows, or did what the rule asks about."""
    told = []
    for one in values:
        shown = f"{{{one.name}}}" in rule.message or one.values == (True,)
        if (
            shown
            and len(one.values or ()) == 1
            and len(one.origins) == 1
            and one.origins[0][0] == "sglang"
        ):
            because = one.origins[0][1]
            name = f"{one.label} {_text(one.values[0])}: " if one.label and one.values else ""
            told.append(name + because)
    return f" ({'; '.join(told)})" if told else ""


def _spans(rule: Rule, facts: Facts, event: Event | None) -> dict[str, Span]:
    """Return what to underline, by label; the first is the finding's own place."""
    spans: dict[str, Span] = {}
    if event is not None and event.words:
        spans["here"] = facts.launch.words_span(event.words)
    elif event is not None and event.place is not None:
        spans["here"] = Span(*event.place)
    for kind, name in _places(rule, facts):
        span = facts.span(kind, name) if kind != "gpu" else None
        if span is not None and span not in spans.values():
            spans[name] = span
    if event is not None and event.beside is not None:
        label, start, end = event.beside
        spans[label] = Span(start, end)
    if facts.launch.hardware.granted is not None:
        _add_grant(spans, rule, facts)
    return spans


def _add_grant(spans: dict[str, Span], rule: Rule, facts: Facts) -> None:
    """Add where a container or a job gives the GPUs that a rule speaks of."""
    leaves = names_in(rule.when) if rule.when is not None else ()
    found = [facts.span(kind, name) for kind, name in leaves if kind == "gpu"]
    for span in found:
        if span is not None and span not in spans.values():
            if not spans:
                spans["launch"] = facts.launch.head_span()
            spans["given here"] = span


def _from_files(rule: Rule, facts: Facts) -> str:
    """Say which of the options that a rule speaks of stand in a configuration file, and where."""
    given = facts.launch.bound.given
    names = [name for kind, name in _places(rule, facts) if kind in ("option", "effective")]
    stand = [f"{name} stands in {given[name].place}" for name in names if _in_file(given, name)]
    return f" ({', '.join(dict.fromkeys(stand))})" if stand else ""


def _other_files(rule: Rule, facts: Facts, event: Event | None) -> list[tuple[Span | None, str]]:
    """Return where in files that the script sources the words of a finding were written.

    Each with what stands for these words in the script, if that is known.
    """
    launch = facts.launch
    written: list[tuple[Span | None, Iterable[int]]] = []
    if event is not None and event.words:
        written.append((launch.words_span(event.words), event.words))
    for kind, name in _places(rule, facts):
        given = launch.bound.given.get(name) if kind in ("option", "effective") else None
        if given is not None and not given.place:
            written.append((facts.span(kind, name), (given.name_word, *given.value_words)))
    found = {
        (piece.file, place)
        for place, indices in written
        for index in indices
        for piece in launch.words[index].pieces
    }
    named = {(place, file) for file, place in found if file}
    if not written and launch.file:
        named = {(None, launch.file)}
    return sorted(named, key=lambda one: (one[0].start if one[0] else -1, one[1]))


def _in_file(given: Mapping[str, Given], name: str) -> bool:
    return name in given and bool(given[name].place) and given[name].spot is None


def _places(rule: Rule, facts: Facts) -> Iterable[tuple[str, str]]:
    innocent = _innocent(rule, facts)
    if rule.at:
        return [_place(name) for name in rule.at if _place(name)[1] not in innocent]
    if rule.when is None:
        return ()
    found: dict[tuple[str, str], None] = {}
    for kind, name in names_in(rule.when):
        if name in innocent:
            continue
        found.setdefault((kind, name))
        fact = facts.derived.get(name) if kind == "derived" else None
        if fact is not None:
            found.update(dict.fromkeys(names_in(fact.value)))
    return found


def _innocent(rule: Rule, facts: Facts) -> set[str]:
    """Return the names of alternatives that do not hold: what the rule is about is another one."""
    if rule.when is None:
        return set()
    culprits = {name for _, name in blamed(rule.when, facts.lookup)}
    return {name for _, name in names_in(rule.when)} - culprits


def _place(name: str) -> tuple[str, str]:
    return ("env", name[4:]) if name.startswith("env.") else ("option", name)


def fill(template: str, facts: Facts) -> str:
    """Put the values of facts into a template: `{sglang}`, `{num_gpus}`, `{gpu.name}`, `{flag}`."""

    def put(match: re.Match[str]) -> str:
        if match[1] == "sglang" and facts.shown:
            return facts.shown
        return _shown(facts.lookup(*leaf(match[1])))

    return quick.sub(PLACEHOLDER, put, template)


HEADS = ("env", "raw", "model", "gpu", "attention", "memory", "launch", "event")


def leaf(name: str) -> tuple[str, str]:
    """Return the (kind, name) that a placeholder reads."""
    if name == "sglang":
        return "launch", "sglang"
    head, dot, rest = name.partition(".")
    if not dot:
        return "option", name
    if head in HEADS or head in ("effective", "before"):
        return head, rest
    return "derived", name


def _shown(value: Value) -> str:
    if value.values is None:
        return "?"
    return " or ".join(_text(one) for one in value.values) or "not given"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)


# --- fixes --------------------------------------------------------------------------------------


def _first_fix(rule: Rule, facts: Facts, text: str, event: Event | None) -> Fix | None:
    """Return the first fix whose condition holds and that can be made here."""
    refused: Fix | None = None
    for fix in rule.fixes:
        if fix.when is not None and not holds(fix.when, facts.lookup):
            continue
        made = _make(fix, facts, text, event)
        if made.edits:
            return made
        refused = refused or made
    return refused


def _make(fix: RuleFix, facts: Facts, text: str, event: Event | None) -> Fix:
    from sgdlint.rules import edits  # imported when there is something to mend

    site = edits.Site(text, facts.launch)
    title = fill(fix.title, facts)
    made: list[Edit] = []
    try:
        for action in fix.actions:
            value = _written(action.value or "", facts)
            if action.name == "noted" and event is not None:
                made += edits.noted(event)
                continue
            words = () if event is None else event.words
            made += edits.edits_for(site, _named(action, facts), value, words)
    except edits.CannotEditError as reason:
        return Fix(title, "display", (), f"not changed automatically: {reason}")
    touches = tuple(
        ANY if action.kind in ("replace", "drop") else fill(name, facts)
        for action in fix.actions
        for name in (action.name, action.to)
        if name
    )
    touches += _written_options(fix, facts) + (event.touches if event is not None else ())
    return Fix(title, fix.safety, tuple(dict.fromkeys(made)), fill(fix.because, facts), touches)


def _written(template: str, facts: Facts) -> str:
    """Return the text that a fix writes; CannotEditError where it is not certain."""
    from sgdlint.rules.edits import CannotEditError

    def put(match: re.Match[str]) -> str:
        value = facts.lookup(*leaf(match[1]))
        if value.values is None or len(value.values) != 1:
            raise CannotEditError("what to write is not certain")
        return _shown(value)

    return quick.sub(PLACEHOLDER, put, template)


def _written_options(fix: RuleFix, facts: Facts) -> tuple[str, ...]:
    """Return the options that new words hold."""
    options = facts.launch.release.options(facts.launch.command)
    new = [fill(one.value or "", facts) for one in fix.actions if one.name == "words"]
    return tuple(options[word].dest for text in new for word in text.split() if word in options)


def _named(action: Action, facts: Facts) -> Action:
    """Return an action with the option or variable that its event names."""
    return replace(action, name=fill(action.name, facts)) if "{" in action.name else action
