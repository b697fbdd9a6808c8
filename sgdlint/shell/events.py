"""What stands where in a script, as far as it can matter to a launch; `scan` gathers it."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint import quick
from sgdlint.shell import builtins, tree
from sgdlint.shell.feeds import WRITERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sgdlint.shell.builtins import Argument

    Span = tuple[int, int]

LAUNCHERS = frozenset(
    """
    . bash bsub builtin command conda dash deepspeed docker env eval exec kubectl mamba mpirun ncu
    nohup nsys numactl podman python python3 sh source srun ssh stdbuf sudo screen setsid taskset
    time timeout tmux torchrun uv xargs
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Programs of well-known names that run other commands."""

FILE_ENDINGS = (".bash", ".sbatch", ".sh", ".slurm")
"""How the names of scripts end that another script may run."""

STARTERS = (LAUNCHERS | {"sbatch", "qsub", "salloc"}) - {".", "source", "eval"}
"""What runs a script that it is told of."""

PROGRAM = "sglang"
"""What a launch names. A function of this name may wrap the program (`command sglang "$@"`)."""

NAMED = r"sgl|glang"
"""What stands in a text from which the name of the program may be made."""

ENDS = frozenset({"exec", "exit"})
LEAVES = frozenset({"break", "continue", "return"})

SHELL = frozenset({".", "alias", "cd", "dirs", "eval", "popd", "pushd", "shopt", "source", "unset"})
"""Commands that change how the shell reads on, where it is, or variables that they do not name."""

OPTIONS = frozenset({"set", "shift"})
"""Commands that change options and arguments: they are followed, and nobody asks for them."""

INSTALLERS = frozenset(
    """
    conda git mamba micromamba pdm pip pip3 pipx poetry uv uvx
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Programs that may install a release, or get its source."""

CHANGERS = frozenset(
    """
    cp curl dd install ln mv patch rm rsync sed tar tee touch wget
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Programs that change files."""

RUNNERS = frozenset(
    """
    apptainer bash bsub dash docker helm ksh kubectl podman qsub sbatch sh singularity srun ssh sudo
    zsh
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Programs that may run what a file holds."""


SETTINGS = frozenset(
    """
    AIP ASCEND CI CUDA GITHUB HF HUGGING HUGGINGFACE LOCAL MINIMAX MUSA NCCL OMP OTEL PROMETHEUS
    PYTORCH ProgramFiles RANK SGL SGLANG TORCH TORCHINDUCTOR TRITON VLLM WINDIR WORLD XDG
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""What the names of environment variables begin with that some release reads, up to the first `_`;
the catalog knows them by release. What a release declares and never reads (`VERBOSE`) is not here.
"""

SOURCED = "source"
"""In place of a name: what the files set that are read."""

INDIRECT = "!"
"""In place of a name: any variable, which is read by its name (`${!x}`)."""

PIPELINE = "|"
"""The kind of a pipeline among compound commands; what decides are all but its last command."""


_WORD = quick.compile(r"[^\s;&|<>(){}'\"`$\\]+")


class Events:
    """What stands where.

    launches: commands that name the program, by offset. maybe: others that run what nothing says;
    they are launches when what they read may name it. runs: those that may run another script,
    which may launch it. names: the names of all of these. uses: variables
    that are read. writes: the commands that change a variable, by its name. readers: variables that
    are set from what a command gets as its input. commands: all of them, until `find_calls`. calls:
    commands, with the words that name functions. compounds: where a compound command stands, its
    kind ("loop", a function's name with `()`, PIPELINE, else ""), and the spans of what decides
    about it. feeds: what is read as input, behind where its command begins. functions: where they
    are defined. options: commands that set options and arguments. told: commands that somebody
    asks for beside launches. unnamed: the first words of commands whose name is not known. files:
    commands that write files or run them, with the name of the file. leaves: commands that leave a
    loop, a function or the script; leaving: all of each. named: where the program may be named.
    sources: a file is read as a part of the script; reads_files: it may be one of the project.
    keeps_files: files may be written that launch.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.named = sorted({*places(text, "sgl"), *places(text, "glang")})
        self._mentions = [place for place in self.named if text.startswith(PROGRAM, place)]
        self._endings = [ending for ending in FILE_ENDINGS if ending in text]
        self.launches: dict[int, tree.Simple] = {}
        self.maybe: dict[int, tree.Simple] = {}
        self.runs: dict[int, tree.Simple] = {}
        self.names: dict[int, str] = {}
        self.uses: list[tuple[int, str]] = []
        self.writes: dict[str, list[Span]] = {}
        self.readers: set[str] = set()
        self.commands: list[tuple[tree.Simple, Sequence[str | None]]] = []
        self.calls: list[tuple[int, int, Sequence[str]]] = []
        self.compounds: list[tuple[int, int, str, tuple[Span, ...]]] = []
        self.feeds: list[tuple[int, int, int]] = []
        self.functions: list[int] = []
        self.options: list[int] = []
        self.told: list[Span] = []
        self.unnamed: list[Span] = []
        self.files: list[tuple[int, int, str]] = []
        self.leaves: list[tuple[int, str, bool]] = []
        self.leaving: list[Span] = []
        self.exported: set[str] = set()
        self.sources = self.reads_files = self.keeps_files = False

    def find_calls(self, functions: Collection[str]) -> None:
        """Find the commands that name functions; the others are of no more use."""
        for node, texts in self.commands if functions else ():
            words = [text for text in texts if text is not None and text in functions]
            if texts[0] == "trap":
                source = self.text[node.start : node.end]
                words = [text for text in _WORD.findall(source) if text in functions]
            if words:
                self.calls.append((node.start, node.end, words))
        self.calls.sort()
        self.commands = []

    def sort(self) -> None:
        """Put all in the order of the text."""
        self.uses.sort()
        self.feeds.sort()
        self.compounds.sort(key=lambda one: (one[0], -one[1]))

    def use(self, offset: int, name: str) -> None:
        """Note that a variable is read."""
        name = used(name)
        if name:
            self.uses.append((offset, name))

    def command(self, node: tree.Simple, name: str | None, texts: Sequence[str]) -> None:
        """Note what a command is; name: None when it is not known; texts: its literal words."""
        start = node.start
        if name is None:
            self.unnamed.append((start, node.words[0].end))
        elif name in OPTIONS:
            self.options.append(start)
        elif name in LEAVES or (name in ENDS and (name != "exec" or len(node.words) > 1)):
            self.leaves.append((start, name, len(node.words) > 1))
            self.leaving.append((start, node.end))
        if (name is not None and (name in SHELL or name[:1] == "-")) or not INSTALLERS.isdisjoint(
            texts
        ):
            self.told.append((start, node.end))
        if name == PROGRAM or (self._mentions and self._names_program(node)):
            self.launches[start] = node
            self.names[start] = name or ""
            self.keeps_files = self.keeps_files or _may_write(node, texts)
        elif self._endings and self._runs_file(node, name):
            self.runs[start] = node
            self.names[start] = name or ""
            self.reads_files = True

    def _runs_file(self, node: tree.Simple, name: str | None) -> bool:
        """Tell whether a command may run a script that lies beside this one."""
        if name is not None and name not in STARTERS and not name.endswith(FILE_ENDINGS):
            return False
        return any(self.text.find(one, node.start, node.end) >= 0 for one in self._endings)

    def _names_program(self, node: tree.Simple) -> bool:
        if self._is_mentioned(node.start, node.end):
            return True
        if not node.redirects:
            return False
        bodies = [one.body for one in node.redirects if one.body is not None]
        return any(self._is_mentioned(one.start, one.end) for one in bodies)

    def _is_mentioned(self, start: int, end: int) -> bool:
        place = bisect_left(self._mentions, start)
        return place < len(self._mentions) and self._mentions[place] < end

    def guess(self, node: tree.Simple, name: str | None) -> None:
        """Note a command that may be a launch although it does not name the program."""
        if name is not None:
            if name not in LAUNCHERS and (name in builtins.HARMLESS or name in builtins.DECLARING):
                return
            if name in builtins.REPLACING:
                return
        self.maybe[node.start] = node
        self.names.setdefault(node.start, name or "")

    def declared(self, name: str, arguments: Sequence[Argument]) -> None:
        """Note which variables a builtin exports, or takes from the environment."""
        is_export = any("x" in one.text for one in arguments if one.text[:1] == "-")
        if name in ("export", "unset") or is_export:
            self.exported.update(one.text.partition("=")[0] for one in arguments)

    def source(self, arguments: Sequence[Argument]) -> None:
        """Note that a file is read as a part of the script."""
        self.sources = True
        self.reads_files = self.reads_files or not (arguments and arguments[0].text[:1] == "/")


def places(text: str, part: str) -> Iterator[int]:
    """Yield where a part of a text begins."""
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def used(name: str) -> str:
    """Return under which name it is noted that a parameter is read; "" when that says nothing."""
    if name[:1].isalpha() or name[:1] == "_":
        return name
    return "@" if name[:1] in "@*#" or name.isdigit() else ""


def _may_write(node: tree.Simple, texts: Sequence[str]) -> bool:
    """Tell whether a command may write what another one runs."""
    has_body = any(one.body is not None for one in node.redirects)
    return has_body or not WRITERS.keys().isdisjoint(texts[:2])
