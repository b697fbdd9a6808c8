"""A launch: one `sglang generate` or `serve` for diffusion, as its release understands it."""

from __future__ import annotations

from itertools import pairwise

from sgdlint.record import record
from sgdlint.shell.origin import stretch
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.catalog import Gpu, Model, Release
    from sgdlint.launch.bind import Bound
    from sgdlint.launch.outside import Outside
    from sgdlint.shell.values import Command, Variable, Word
    from sgdlint.source import Source


SURE = ("id", "name", "cache")
"""How the registry must have found a model for its facts to count as known."""

_TOKENS = ("HF_", "HUGGING", "huggingface", ".cache", "env-file", "env_file", "secret", "Secret")
"""What a file holds that may give a token for Hugging Face, or weights that need none."""


@record
class Granted:
    """The GPUs that a container or a job gives a launch.

    count: so many at most. gpu: their kind, where that is certain. text: what says it
    (`docker run --gpus 2`). span: where that stands.
    """

    count: int
    gpu: Gpu | None
    text: str
    span: Span | None


@record
class Hardware:
    """What is known about the GPUs that a launch gets; each part is None when it is not known.

    vram_gib: memory of one GPU in GiB. count: how many GPUs the machine has. granted: those of them
    that the launch is given.
    """

    gpu: Gpu | None = None
    vram_gib: float | None = None
    count: int | None = None
    granted: Granted | None = None

    @property
    def is_told(self) -> bool:
        """Whether anything is known."""
        return any(one is not None for one in (self.gpu, self.vram_gib, self.count, self.granted))


@record
class Launch:
    """Everything that rules read of one launch.

    words: the words after the subcommand. span: the whole command. head_start, head_end: from the
    launcher to the subcommand, where they stand in the command.
    prefix_reaches: `NAME=value` before the command reaches the process. fresh: variables set
    outside the command do not reach it (inside a container).
    model_path: the model as it was given, "" when that is not known.
    nested: it stands in a string or here-document that another shell reads.
    pinned: the script or its project names the one release; None: not known.
    file: `FILE:LINE` when it stands in a file that the script sources; its span is the `source`.
    written: the subcommand as it stands when it is none, "" otherwise.
    """

    command: str
    release: Release
    words: tuple[Word, ...]
    span: Span
    head_start: int
    head_end: int
    bound: Bound
    environment: Mapping[str, Variable]
    prefix_reaches: bool
    fresh: bool
    model_path: str
    hardware: Hardware
    nested: bool = False
    pinned: bool | None = None
    file: str = ""
    written: str = ""

    @property
    def model(self) -> Model | None:
        """The model, when the registry of the release is certain to know it by its path."""
        return sure_model(self.release, self.model_path)

    def words_span(self, indices: tuple[int, ...]) -> Span:
        """Return where argument words are written, or the first of them when they lie apart.

        A word that is written nowhere in one piece counts only when all of them are such.
        """
        words = [self.words[index] for index in indices]
        written = [span for word in words if (span := _written(word)) is not None]
        spans = written or [Span(words[0].start, words[0].end)]
        start, end = min(span.start for span in spans), max(span.end for span in spans)
        together = all(a.end <= b.start for a, b in pairwise(spans))
        return Span(start, end) if together and end - start < 2000 else spans[0]

    def head_span(self) -> Span:
        """Return the span of the launcher and its subcommand, for what is about all of it."""
        return Span(self.head_start, self.head_end)

    def flag(self, name: str) -> str:
        """Return the spelling of an option destination on the command line of this release."""
        return self.release.flag(self.command, name) or "--" + name.replace("_", "-")


def sure_model(release: Release, path: str) -> Model | None:
    """Return the model of a path, when the registry of the release is certain to know it so."""
    model = release.model(path) if path else None
    return model if model is not None and model.how in SURE and model.is_settled else None


def _written(word: Word) -> Span | None:
    """Return where a word is written; None when it is put together from several places."""
    if word.written_start >= 0:
        return Span(word.written_start, word.written_end)
    start, end = stretch(word.pieces)
    if start >= 0:
        return Span(start, end)
    known = [piece for piece in word.pieces if piece.start >= 0]
    if len(known) == 1 and known[0].texts is not None:
        return Span(known[0].start, known[0].end)
    return None


@record
class Surroundings:
    """What a launch may read besides its words: the script, its commands, the files around it.

    document: the text of the document that the script stands in. outside: what that tells of the
    container.
    """

    source: Source
    commands: Sequence[Command]
    document: str = ""
    outside: Outside | None = None

    def mentions_token(self) -> bool:
        """Whether the script mentions what may give a token for Hugging Face."""
        text = self.document or self.source.text
        return any(one in text for one in _TOKENS)
