"""From a recognised command to a Launch: bind its options, find its model, note what is wrong."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog.quirks import input_files
from sgdlint.launch import dispatcher
from sgdlint.launch.bind import Bound, Elsewhere, Event, Given, Table, bind
from sgdlint.launch.entrypoints import DIFFUSION_MODULES, IMAGE, INERT_CLI, LANGUAGE_SERVER
from sgdlint.launch.launch import Hardware, Launch
from sgdlint.launch.notices import noted
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog import Release
    from sgdlint.launch.components import Entry
    from sgdlint.launch.launch import Surroundings
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Word

# The options that decide how everything else is read. SGLang looks at them before its parser does.
HELP = ("-h", "--help")
MODEL, CONFIG = "model_path", "config"
_CUT = quick.compile(r"(?:[ \t]*\\?[ \t]*(?:#[^\n]*)?\r?\n)+[ \t]*-")
COMPONENT = "component_"
"""How the destinations of options with entries for single components begin."""


def launch_of(
    found: Recognised,
    release: Release,
    hardware: Hardware,
    around: Surroundings | None = None,
) -> Launch | None:
    """Return the launch, or None when it is not known to be one of a diffusion model."""
    hardware = _with_grants(hardware, found, around)
    if found.entry == LANGUAGE_SERVER:
        from sgdlint.launch.language import wrong_server

        return wrong_server(found, release, hardware)
    if found.entry == IMAGE:
        from sgdlint.launch.language import bare_image

        return bare_image(found, release, hardware)
    if around is not None and _ends_here(found, around) and _may_be_cut(found.command.end, around):
        from sgdlint.launch import torn

        return torn.read(found, around, lambda one: _as_read(one, release, hardware, around))
    return _as_read(found, release, hardware, around)


def _with_grants(hardware: Hardware, found: Recognised, around: Surroundings | None) -> Hardware:
    """Return the hardware, with what the programs around a launch give it of that."""
    text = around.source.text if around is not None else ""
    if not (found.grants or found.batch or "#SBATCH" in text or "#BSUB" in text):
        return hardware
    from sgdlint.launch.grants import granted

    given = granted(found, text)
    if given is None:
        return hardware
    said = hardware.gpu is not None or hardware.vram_gib is not None
    return replace(hardware, gpu=hardware.gpu if said else given.gpu, granted=given)


def _ends_here(found: Recognised, around: Surroundings) -> bool:
    """Whether a launch ends in the file as it does for its shell: in a string, that may differ."""
    last = found.command.words[-1]
    if not found.nested:
        return True
    written = around.source.text[last.written_start : last.written_end]
    return last.written_end == found.command.end >= 0 and "\\\\" not in written


def _may_be_cut(end: int, around: Surroundings) -> bool:
    """Whether a launch ends in a blank, or before a line that begins like an option."""
    text = around.source.text
    return text[end - 1 : end] in (" ", "\t") or _CUT.match(text, end) is not None


def _may_be_misread(found: Recognised, text: str) -> bool:
    """Whether a launch holds placeholders, or quotes and dashes that are none to the shell.

    In a string that is so only where it stands as its shell reads it.
    """
    start, end = found.command.start, text.find("\n", found.command.end)
    if start < 0 or found.command.file:
        return False
    if found.nested and "\\" in text[start : found.command.end]:
        return False
    written = text[start : end if end >= 0 else len(text)]
    return not written.isascii() or ("<" in written and ">" in written)


def _as_read(
    found: Recognised, release: Release, hardware: Hardware, around: Surroundings | None
) -> Launch | None:
    """Return the launch that the words of a command are."""
    misread: tuple[Event, ...] = ()
    if around is not None and _may_be_misread(found, around.source.text):
        from sgdlint.launch.misread import understood

        def as_read(one: Recognised) -> Launch | None:
            return _as_read(one, release, hardware, None)

        arguments, misread = understood(found, release, around.source.text, as_read)
        found = replace(found, arguments=arguments)
    if any(_asks_for_help(word.text or "", release, found) for word in found.arguments):
        return None
    words, model_type, refused = dispatcher.without_model_type(found, release)
    table = _table(release, found.subcommand)
    positional = dispatcher.has_positional_model(found, release, words)
    bound = bind(words[1:] if positional else words, table)
    if positional:
        bound = _shifted(bound)
    words_unknown = bound.open
    named = MODEL in bound.given and not bound.given[MODEL].dropped
    path = _known_text(words[0] if positional and not named else _model_word(bound, words))
    certain = found.subcommand == "generate" or found.entry in DIFFUSION_MODULES
    dispatched = dispatcher.dispatched_model(release, words)
    meant = "".join(one or "" for one in dispatched) or path or _misplaced_model(bound, words)
    empty = dispatched == [""] and found.entry not in DIFFUSION_MODULES
    begins = bool(dispatched) and (dispatched[0] or "").startswith("-")
    valueless = dispatcher.model_that_is_an_option(words) if begins else None
    if not certain and not _is_diffusion(bound, release, meant, model_type):
        lost = not dispatched and not bound.open and dispatcher.names_no_model(found, words)
        if model_type or not (lost or empty or refused or valueless):
            return None
        # Whatever it was to serve, it stops; of its options nothing is known.
        bound, named = Bound({}, (), (), True, ()), not lost
    first = [*misread, *([Event("inert-module", ())] if found.entry == INERT_CLI else [])]
    if found.written is not None:
        from sgdlint.launch import subcommands

        first.append(subcommands.noticed(found.written, found.subcommand))
    first += [Event("empty-model", ())] if empty else []
    twice = bound.given.get(MODEL) if positional and named else None
    first += [_model_twice(twice)] if twice is not None else []
    if valueless and not any(event.words == valueless.words for event in bound.events):
        first.append(valueless)
    events, unclear = _noticed((*first, *refused, *bound.events), bound, words, release, found)
    # A config file cannot name the model: SGLang looks for it before it reads the file.
    if not (positional or named or words_unknown):
        events = dispatcher.without_model(events, words, release, found, unclear=MODEL in unclear)
    if CONFIG in bound.given:
        from sgdlint.launch import configuration

        place = configuration.Place(bound.given[CONFIG], words, found, release, path)
        bound, noticed = configuration.configured(bound, place, around)
        events = (*events, *noticed)
    if around is not None and bound.given.keys() & input_files(release.name).keys():
        from sgdlint.launch import inputs

        events = (*events, *inputs.noticed(bound, found, release, around))
    events = (*events, *_outside(found, around))
    launch = Launch(
        command=found.subcommand,
        release=release,
        words=words,
        span=Span(found.command.start, found.command.end),
        head_start=found.head_start,
        head_end=found.head_end,
        bound=replace(bound, events=events, unclear=unclear | bound.unclear),
        environment=found.environment,
        prefix_reaches=found.prefix_reaches,
        fresh=found.fresh,
        model_path=path,
        hardware=hardware,
        nested=found.nested,
        file=found.command.file,
        written="" if found.written is None else found.written.text or "",
    )
    events = (*events, *noted(launch), *_expected(launch, found, around))
    return replace(launch, bound=replace(launch.bound, events=events))


def _expected(launch: Launch, found: Recognised, around: Surroundings | None) -> tuple[Event, ...]:
    """Return what is noticed of a server in a container and of what expects it outside."""
    outside = around.outside if around is not None else None
    if outside is None and not found.grants:
        return ()
    from sgdlint.launch.outside import noticed, of_containers

    outside = outside or of_containers(found)
    return () if outside is None else tuple(noticed(launch, outside))


def _outside(found: Recognised, around: Surroundings | None) -> tuple[Event, ...]:
    """Return what is noticed of the container that a launch runs in."""
    events: tuple[Event, ...] = ()
    if found.fresh and around is not None and not around.mentions_token():
        events = (Event("no-token-in-sight", ()),)
    if found.command.dead is not None and found.command.dead.ends:
        events = (*events, Event("never-runs", ()))
    if found.grants:
        from sgdlint.launch.grants import refused

        events = (*events, *refused(found))
    return events


# --- the model ---------------------------------------------------------------------------------


def _shifted(bound: Bound) -> Bound:
    """Return the result of binding the words after the first, counted from the first."""

    def move(given: Given) -> Given:
        value_words = tuple(index + 1 for index in given.value_words)
        return replace(given, name_word=given.name_word + 1, value_words=value_words)

    events = tuple(
        replace(
            event,
            words=tuple(index + 1 for index in event.words),
            given=event.given and move(event.given),
        )
        for event in bound.events
    )
    return replace(
        bound,
        given={name: move(given) for name, given in bound.given.items()},
        every=tuple(map(move, bound.every)),
        events=events,
        extras=tuple(index + 1 for index in bound.extras),
    )


def _model_word(bound: Bound, words: Sequence[Word]) -> Word | None:
    given = bound.given.get(MODEL)
    if given is None or (not given.value_words and not given.joined):
        return None
    return words[given.name_word if given.joined else given.value_words[0]]


def _model_twice(given: Given) -> Event:
    """Return the event for a model in the first place and in an option, which is what counts."""
    return Event("model-given-twice", (0, given.name_word), (("flag", given.flag),))


def _known_text(word: Word | None) -> str:
    text = word.text if word is not None else None
    if text is None:
        return ""
    return text.partition("=")[2] if text.startswith("--") else text


def _misplaced_model(bound: Bound, words: Sequence[Word]) -> str:
    """Return the first word when it stands where only later releases look for the model."""
    if bound.open or MODEL in bound.given or 0 not in bound.extras:
        return ""
    text = words[0].text or ""
    return "" if text.startswith("-") else text


def _is_diffusion(bound: Bound, release: Release, path: str, model_type: str) -> bool:
    """Whether a `serve` is certainly for diffusion: by its model, or by an option of its own."""
    if model_type not in ("", "auto"):
        return model_type == "diffusion"
    if path and (release.model(path) is not None or release.registered_later(path)):
        return True
    return any(
        release.diffusion_only(given.option.flags[0]) and not given.dropped
        for given in bound.every
        if not given.retired
    )


# --- the parser -----------------------------------------------------------------------------------


def _table(release: Release, command: str) -> Table:
    options = release.options(command)

    def elsewhere(flag: str) -> Elsewhere | None:
        from sgdlint.launch import strays

        return strays.elsewhere(flag, release, command)

    def is_dynamic(flag: str) -> bool:
        return any(family.component(flag) is not None for family in release.dynamic())

    return Table(options, is_dynamic, elsewhere, release.rejects_unknown(command))


def _asks_for_help(text: str, release: Release, found: Recognised) -> bool:
    """Whether a word is the option for help, or a beginning that is no other option's."""
    if text in HELP or not (len(text) > 2 and HELP[1].startswith(text)):
        return text in HELP
    return not any(flag.startswith(text) for flag in release.options(found.subcommand))


def _noticed(
    events: tuple[Event, ...],
    bound: Bound,
    words: Sequence[Word],
    release: Release,
    found: Recognised,
) -> tuple[tuple[Event, ...], frozenset[str]]:
    """Return the events with those of left-over words and of components, and what was not clear."""
    unclear: frozenset[str] = frozenset()
    single: Sequence[Entry] = ()
    if bound.events or bound.extras:
        from sgdlint.launch import strays

        left, single = strays.leftovers(bound, words, release, found.subcommand)
        events = (*events, *left)
        unclear = strays.probably_meant(events, release.options(found.subcommand))
        # What `--component-paths.vae X` gives to one component is in no option of the parser.
        unclear |= {one.family for one in single}
    if single or any(name.startswith(COMPONENT) for name in bound.given):
        from sgdlint.launch import components

        events = (*events, *components.noted(bound, single, release))
    return events, unclear
