"""The arguments of the command line: one table of options, read at once or by argparse.

Well-formed arguments of `check` and `fix` are read straight from the table. Anything else (help,
mistakes, the other commands) goes to argparse, built from the same table: importing it costs as
much as linting a script.
"""

from __future__ import annotations

from sgdlint.formatters import FORMATS
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ABOUT = """\
Lint and fix launch commands of SGLang Diffusion (`sglang generate`, `sglang serve`) in
scripts, manifests, workflows and guides, for the SGLang release in use.

commands:
  check       say what will fail, be ignored or be slow
  fix         apply the safe fixes to the files
  expand      show each launch as one command, and what SGLang works with
  explain     tell everything about a rule
  rules       list the rules
  rule test   run the examples of rule files
  rule new    start a rule file
  preflight   say before a run whether this machine can do it, and run it
  config      print the settings in force for a file, and where each comes from
  log         tell what the log of a run says: the backend, what was changed, memory, times
  recommend   print the best command for a model, a machine and a release, with its reasons
  perf        compare what runs measured (--perf-dump-path), with their noise
  bench       write a script that measures the variants of a launch, and read its results back
  catalog     tell what is known of options, models, attention backends, environment variables
              and releases of SGLang, and where it was read
  lsp         serve editors: findings while typing, fixes, hover, completion
  ast         print the syntax tree of a script as JSON
  completion  print what makes a shell complete sgdlint's commands and options
  version     print the version, and the SGLang releases that are known

`sgdlint COMMAND --help` tells more.
"""
PATHS = (
    "PATH is a file, a folder (the files in it that hold launches are found), or - for standard "
    "input; "
    "the current folder when left out."
)
LOGS = (
    "FILE is a log, as it was written or captured (kubectl logs, Compose, Slurm, the journal), "
    "or - for standard input, which is told of as it comes."
)
SUBJECTS = ("option", "model", "attention", "env", "release")
"""What `catalog` tells of."""
SHELLS = ("bash", "zsh", "fish")
"""The shells that `completion` knows."""
EXITS_OF = {
    "preflight": (
        "exit status: 0 nothing blocks, 1 something does, 2 could not look; the command's own "
        "when it was run"
    ),
    "bench": (
        "exit status: 0 it is written or told, 1 the launch cannot be measured, or has no result "
        "that counts, 2 could not run"
    ),
}
"""The exit statuses of commands that have their own."""
EXITS = "exit status: 0 nothing at or above the threshold, 1 findings, 2 could not run"


class Arguments:
    """The arguments of a run: one attribute for each option of its command."""

    action: str

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@record
class Flag:
    """One option. kind: `value`, `values` (may be repeated), `lists` (of such) or `switch`."""

    name: str
    help: str
    metavar: str = ""
    kind: str = "value"
    default: str | None = ""
    choices: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The attribute of `Arguments` that holds it."""
        return self.name[2:].replace("-", "_")


KIND = Flag(
    "--kind",
    "what the named files are, instead of what their names and texts tell: ",
    "KIND",
)
RULES = Flag(
    "--rules", "your own rules beside the built-in ones: a file or folder", "PATH", "values"
)
PLAIN_FORMAT = Flag("--format", "default text", default="text", choices=("text", "json"))
CHECKING = (
    Flag("--command", "read this command instead of a file", "TEXT", default=None),
    Flag("--stdin-filename", "what standard input is called: that tells its kind, too", "NAME"),
    KIND,
    Flag(
        "--sglang",
        "SGLang release, or a range like '>=0.5.10,<0.5.13'; may be given several times; "
        "default: what the file or the project says, else the newest known",
        "VERSION",
        "values",
    ),
    Flag("--gpu", "GPU (H100, L40S, …), or auto for this machine's", "NAME"),
    Flag("--gpus", "how many GPUs the machine has", "N", default=None),
    Flag("--vram", "memory of one GPU in GiB", "GIB", default=None),
    Flag(
        "--select",
        "only these rules (codes, beginnings of codes, names; commas between)",
        "RULE",
        "values",
    ),
    Flag("--ignore", "all but these rules", "RULE", "values"),
    RULES,
    Flag(
        "--goal",
        "what launches are tuned for: one request soon, many, little memory, or nothing; "
        "default: what the file or the project says, else latency",
        choices=("latency", "throughput", "memory", "none"),
    ),
    Flag("--lossy", "advice, and fixes, that trade quality for speed, too", kind="switch"),
    Flag(
        "--fail-on",
        "lowest severity that gives exit status 1; default warning",
        choices=("error", "warning", "perf", "info"),
    ),
    Flag(
        "--exit-zero",
        "exit status 0 whatever is found; still 2 when something could not be run",
        kind="switch",
    ),
    Flag(
        "--strict",
        "exit status 1 also when something may hold a launch and could not be read (SGD904)",
        kind="switch",
    ),
    Flag(
        "--as-found",
        "read of the named files only those that a search of their folder would read",
        kind="switch",
    ),
    Flag(
        "--baseline",
        "findings that are in this file are known: they are not shown, and nothing fails for them",
        "FILE",
    ),
    Flag("--quiet", "show the findings, and nothing besides", kind="switch"),
    Flag("--verbose", "say on standard error which files were read, and which not", kind="switch"),
    Flag("--format", "default text", default="text", choices=(*FORMATS,)),
    Flag(
        "--output",
        "write a report to a file, in any of these formats; may be given several times; "
        "- is standard output",
        "FORMAT=FILE",
        "values",
    ),
    Flag("--statistics", "how often each rule was found, instead of each finding", kind="switch"),
    Flag(
        "--color",
        "default auto: on a terminal, unless NO_COLOR is set",
        default="auto",
        choices=("auto", "always", "never"),
    ),
)
LOG = Flag(
    "--log",
    "a log of a run of the file: what it says is told at the launch that it was, with its fixes",
    "FILE",
    "values",
)
PATTERNS = Flag(
    "--patterns",
    "your own log patterns beside the built-in ones: a file or folder",
    "PATH",
    "values",
)
ONLY_CHECKING = (
    LOG,
    PATTERNS,
    Flag("--write-baseline", "write what is found into this file, for --baseline", "FILE"),
    Flag("--update-baseline", "take out of the baseline what is fixed", kind="switch"),
    Flag(
        "--diff-base",
        "only findings on lines that changed since this git revision; from where the branches "
        "parted",
        "REV",
        default=None,
    ),
    Flag(
        "--add-suppressions",
        "write a comment into the files for each thing that is found, which then is silent",
        kind="switch",
    ),
    Flag("--reason", "with --add-suppressions: the reason that its comments give", "TEXT"),
)
FIXING = (
    *CHECKING,
    LOG,
    PATTERNS,
    Flag(
        "--exit-non-zero-on-fix",
        "exit status 1 also when something was fixed, for hooks",
        kind="switch",
    ),
    Flag("--to", "move the files to this SGLang release", "VERSION"),
    Flag("--diff", "show the changes, write nothing", kind="switch"),
    Flag("--explain", "tell of each change why, what it gains and who says so", kind="switch"),
    Flag("--interactive", "ask for each change, on a terminal", kind="switch"),
    Flag("--unsafe", "apply fixes too that may change output, memory or meaning", kind="switch"),
)
EXPANDING = (
    *("--command", "--stdin-filename", "--kind", "--sglang", "--gpu", "--gpus", "--vram"),
    *("--rules", "--as-found", "--verbose"),
)
"""The options of `check` that `expand` has too."""
RECOMMENDING = (
    Flag("--model", "id of the model, or a folder that is named like it", "MODEL"),
    *(flag for flag in CHECKING if flag.name in ("--gpu", "--gpus", "--vram")),
    Flag(
        "--sglang",
        "SGLang release; default: what the project says, else the newest known",
        "VERSION",
    ),
    Flag("--like", "a known model that this one is another checkpoint of", "MODEL"),
    Flag("--task", "what a model that is not known makes: image, video, t2i, t2v, …", "TASK"),
    Flag("--size", "width and height of the output, as 1024x1024", "WxH"),
    Flag("--frames", "frames of a video", "N"),
    Flag(
        "--goal",
        "one request soon, many, or little memory; default: what the project says, else latency",
        choices=("latency", "throughput", "memory"),
    ),
    Flag("--lossy", "show what trades quality for speed, too, beside the command", kind="switch"),
    Flag("--serve", "a server; the default", kind="switch"),
    Flag("--generate", "one generation", kind="switch"),
    Flag(
        "--format",
        "default text; compose (or yaml) is a Compose file, kubernetes a pod",
        default="text",
        choices=("text", "shell", "json", "yaml", "compose", "kubernetes"),
    ),
)
BENCHING = (
    *(
        flag
        for flag in CHECKING
        if flag.name in ("--command", "--stdin-filename", "--sglang", "--gpu", "--gpus", "--vram")
    ),
    KIND,
    RULES,
    Flag("--launch", "of several launches, the one with this number in the list of them", "N"),
    Flag(
        "--request",
        "options of the request, for a server or in the place of those of the launch: "
        "'--prompt \"a fox\" --width 1024'",
        "TEXT",
    ),
    Flag("--lossy", "vary what trades quality for speed, too", kind="switch"),
    Flag("--full", "vary everything, and all combinations", kind="switch"),
    Flag(
        "--only",
        "vary these axes alone: residency, layout, attention, graphs, lossy",
        "AXIS",
        "values",
    ),
    Flag("--axis", "vary this axis, too, that is else only in --full", "AXIS", "values"),
    Flag("--repeat", "measure each variant so many times; default 3", "N"),
    Flag("--results", "the folder that the results go to; default bench-results", "DIR"),
    Flag("--output", "write the script to this file, ready to run", "FILE"),
    Flag("--run", "run the script here and now, and tell what came of it", kind="switch"),
    Flag("--read", "tell what came of it: a table, and which variant to take", "DIR"),
    Flag(
        "--format",
        "the script, or what it runs; default script; with --read, default text",
        choices=("script", "text", "markdown", "json"),
    ),
)
CONFIGURING = (
    *("--command", "--stdin-filename", "--kind", "--sglang", "--gpu", "--gpus", "--vram"),
    *("--select", "--ignore", "--rules", "--lossy", "--fail-on", "--strict", "--goal"),
    *("--as-found", "--verbose"),
)
"""The options of `check` that `config` has too."""
PERF = (
    Flag(
        "--baseline",
        "runs of the baseline; then each PATH is a variant",
        "PATH",
        "lists",
    ),
    Flag("--new", "runs of one variant; may be given several times", "PATH", "lists"),
    Flag(
        "--command",
        "the command of the runs, which tells what their files do not (size, frames, seed); given "
        "several times: of the baseline, then of each variant",
        "TEXT",
        "values",
    ),
    Flag(
        "--log",
        "the log of the runs, which tells the same and more surely; given as --command is",
        "FILE",
        "values",
    ),
    Flag("--sglang", "the SGLang release of all runs", "VERSION"),
    Flag(
        "--fail-if-slower",
        "exit status 1 when a variant is slower by more than this, such as 5%%, and that is more "
        "than noise; 2 when the runs did not do the same work",
        "PERCENT",
        default=None,
    ),
    Flag("--format", "default text", default="text", choices=("text", "markdown", "json")),
    Flag(
        "--output",
        "write it to a file, too: .svg is a picture, .html a page, or .md, .json, .txt; may be "
        "given several times",
        "FILE",
        "values",
    ),
    *(flag for flag in CHECKING if flag.name == "--color"),
)
PREFLIGHT = (
    *("--command", "--stdin-filename", "--kind", "--select", "--ignore", "--rules"),
    *("--goal", "--lossy"),
)
"""The options of `check` that `preflight` has too."""
LOGGING = (
    *("--select", "--ignore", "--fail-on", "--exit-zero", "--quiet", "--format", "--output"),
    *("--statistics", "--color"),
)
"""The options of `check` that `log` has too."""
SERVING = (
    *("--sglang", "--gpu", "--gpus", "--vram", "--select", "--ignore", "--rules"),
    *("--goal", "--lossy"),
)
"""The options of `check` that `lsp` has too."""
DESCRIPTIONS = {
    "check": "Say what will fail, be ignored or be slow, at the exact words.",
    "fix": "Apply the safe fixes to the files, and report what is left.",
    "expand": "Show each launch as one command, and what SGLang works with when it runs it.",
    "preflight": "Say before a run whether this machine can do it; with -- run it, too.",
    "config": "Print the settings in force for each file, and where each comes from.",
    "explain": "Tell everything about a rule: why, since when, examples, references.",
    "rules": "List the rules.",
    "rule": "Check rule files and run their examples, or start a new one.",
    "catalog": "Tell what is known of SGLang, and where it was read; without NAME, list the names.",
    "recommend": "Print the best command for a model, a machine and a release, with its reasons.",
    "perf": "Compare what runs measured: the files that --perf-dump-path of SGLang writes.",
    "bench": "Write a script that measures variants of a launch, or read its results (--read).",
    "completion": "Print what makes a shell complete commands and options; --help says where to.",
    "version": "Print the version of sgdlint, and the SGLang releases that it knows.",
    "log": "Tell what the log of a run says: which backend ran, what was changed, memory, times.",
    "lsp": "Serve one editor by the language server protocol, on standard input and output.",
    "ast": "Print the syntax tree as JSON; exit 1 when part of it did not parse.",
}
FLAGS: dict[str, tuple[Flag, ...]] = {
    "check": (*CHECKING, *ONLY_CHECKING),
    "fix": FIXING,
    "expand": (
        *(flag for flag in CHECKING if flag.name in EXPANDING),
        PLAIN_FORMAT,
        Flag("--why", "say of each part that is not known why it is not", kind="switch"),
    ),
    "config": (
        *(flag for flag in CHECKING if flag.name in CONFIGURING),
        PLAIN_FORMAT,
        Flag("--schema", "print the JSON Schema of a settings file, for editors", kind="switch"),
    ),
    "preflight": (
        *(flag for flag in CHECKING if flag.name in PREFLIGHT),
        Flag(
            "--sglang",
            "SGLang release; default: the one that is installed here, else what the file says",
            "VERSION",
            "values",
        ),
        PLAIN_FORMAT,
        Flag("--quiet", "show only what is to be done; -- hands the streams over", kind="switch"),
        *(flag for flag in CHECKING if flag.name == "--color"),
        Flag("--force", "run the command behind -- although something blocks", kind="switch"),
        Flag("--record", "write what was seen on this machine into this file", "FILE"),
        Flag("--machine", "ask what --record wrote, instead of this machine", "FILE"),
    ),
    "log": (
        Flag("--sglang", "the release of the run; default: what the log says", "VERSION"),
        *(flag for flag in CHECKING if flag.name in LOGGING),
        PATTERNS,
        Flag("--follow", "read on while the file grows, and tell at once", kind="switch"),
        Flag("--list", "list the patterns; with --format json all that is known", kind="switch"),
    ),
    "lsp": (
        *(flag for flag in CHECKING if flag.name in SERVING),
        Flag("--stdio", "accepted, as editors give it; there is no other way", kind="switch"),
    ),
    "rules": (RULES, PLAIN_FORMAT),
    "explain": (RULES,),
    "recommend": RECOMMENDING,
    "perf": PERF,
    "bench": BENCHING,
    "version": (PLAIN_FORMAT,),
    "catalog": (
        Flag(
            "--sglang",
            "tell of this release alone; default: of every release, of a model the newest known",
            "VERSION",
        ),
        PLAIN_FORMAT,
    ),
}


def read(words: Sequence[str]) -> Arguments | None:
    """Read well-formed arguments of `check` or `fix`; None for all that `usage` should look at."""
    name = words[0] if words else ""
    if name not in ("check", "fix"):
        return None
    found = _read(words[1:], FLAGS[name])
    return None if found is None else Arguments(action=name, **found)


def _read(words: Sequence[str], flags: Sequence[Flag]) -> dict[str, Any] | None:
    """Return the values of well-formed arguments, or None when argparse should look at them."""
    known = {flag.name: flag for flag in flags}
    values = {flag.attribute: initial(flag) for flag in flags}
    paths: list[str] = []
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word == "--":
            paths += reversed(waiting)
            break
        if not word.startswith("-") or word == "-":
            paths.append(word)
            continue
        name, joined, value = word.partition("=")
        flag = known.get(name)
        if flag is None or (flag.kind == "switch" and joined):
            return None
        if flag.kind == "switch":
            values[flag.attribute] = True
            continue
        if not joined:
            if not waiting or waiting[-1].startswith("-"):
                return None
            value = waiting.pop()
        if flag.choices and value not in flag.choices:
            return None
        if flag.kind == "values":
            values[flag.attribute].append(value)
        else:
            values[flag.attribute] = value
    return {**values, "paths": paths}


def initial(flag: Flag) -> Any:
    """Return the value of an option that is not given."""
    return {"switch": False, "values": [], "lists": []}.get(flag.kind, flag.default)
