"""Writes shell text with a seeded random source: words, quotes, values, tests, launches."""

from __future__ import annotations

import random
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MODELS = ("Qwen/Qwen-Image", "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "black-forest-labs/FLUX.1-dev")
TEXTS: tuple[str, ...] = (
    *MODELS,
    "1",
    "2",
    "4",
    "8",
    "50",
    "720p",
    "true",
    "false",
    "serve",
    "a cat",
    "0.5",
)
TEXTS += ("two  blanks", "--port 30000", "--num-gpus 2 --warmup", "it's", 'say "x"', "a*b", "")
TEXTS += ("/data/models/wan/model.safetensors", "cuda:0,1", "x=y", "a,b c,d", "[1-3]", "üñ", "-n")
TEXTS += ("back\\slash", "$HOME", "tab\there", "~", "{a,b}", "!x", "#no", "a\nb")
PLAIN: tuple[str, ...] = (
    "1",
    "2",
    "4",
    "8",
    "fast",
    "slow",
    "true",
    "false",
    "wan",
    "flux",
    "720p",
    "a.png",
    "10",
)
FLAGS: tuple[str, ...] = (
    "--num-gpus 2",
    "--warmup",
    "--port 30001",
    "--ulysses-degree 4",
    "--enable-cfg-parallel",
)
FLAGS += (
    "--save-output",
    "--prompt hi",
    "--width 640 --height 480",
    "--dit-layerwise-offload false",
)
SCALARS = ("MODEL", "GPUS", "STEPS", "PORT", "MODE", "PROMPT", "OUT", "SIZE", "BASE", "EXTRA_FLAGS")
ARRAYS = ("ARGS", "OPTS", "CMD_ARGS", "MODELS")
MAPS = ("CONF", "PORTS")
KEYS = ("wan", "flux", "qwen", "8", "fast")
FROM_OUTSIDE: tuple[str, ...] = (
    "",
    "1",
    "2",
    "8",
    "fast",
    "wan",
    "true",
    "a b",
    "*",
    "-v",
    "x=5",
    "a.png",
    "0",
)
FROM_OUTSIDE += ("--num-gpus 4", "720p", " lead", "\ttab", "a\nb", "it's", "[x]", "10")


class Writer:
    """The text of one script as it grows, and what it has defined so far.

    pick: writes one more statement, of any kind that is wanted.
    """

    def __init__(self, rng: random.Random, pick: Callable[[Writer], None]) -> None:
        self.rng = rng
        self.pick = pick
        self.lines: list[str] = []
        self.files: dict[str, str] = {}
        self.indent = 0
        self.depth = 0
        self.tags = 0
        self.names: list[str] = []
        self.arrays: list[str] = []
        self.maps: list[str] = []
        self.functions: list[str] = []
        self.counters = 0
        self.flat = False

    # --- lines ----------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append("  " * self.indent + text)

    @contextmanager
    def inside(self, begin: str, end: str = "") -> Iterator[None]:
        """Write the lines of a compound command."""
        self.line(begin)
        self.indent += 1
        self.depth += 1
        yield
        self.depth -= 1
        self.indent -= 1
        if end:
            self.line(end)

    def some(self, most: int = 3) -> None:
        """Write a few statements."""
        for _ in range(self.rng.randint(1, most)):
            self.pick(self)

    @contextmanager
    def apart(self) -> Iterator[list[str]]:
        """Collect the lines that are written inside, instead of writing them."""
        lines, indent = self.lines, self.indent
        self.lines, self.indent = [], 0
        self.depth += 1
        yield self.lines
        self.depth -= 1
        self.lines, self.indent = lines, indent

    # --- names ----------------------------------------------------------------------------------

    def new_name(self) -> str:
        """Return the name of a variable to set."""
        name = self.rng.choice(SCALARS)
        if name not in self.names:
            self.names.append(name)
        return name

    def name(self) -> str:
        """Return the name of a variable to use; at times nothing has set it."""
        if self.names and self.rng.random() < 0.85:
            return self.rng.choice(self.names)
        return self.rng.choice(SCALARS)

    def counter(self) -> str:
        """Return the name of a variable that counts, not used before."""
        self.counters += 1
        return f"i{self.counters}"

    # --- words ----------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        """Return true so often."""
        return self.rng.random() < share

    def of(self, *things: str) -> str:
        """Return one of several."""
        return self.rng.choice(things)

    def text(self) -> str:
        """Return a text that a value may have."""
        return self.rng.choice(PLAIN if self.chance(0.5) else TEXTS)

    def quoted(self, text: str) -> str:
        """Write a text so that the shell reads it as one word."""
        style = self.rng.randrange(5)
        if style == 0 and "\n" not in text and text:
            return "".join(c if c.isalnum() or c in "/.-_=:" else "\\" + c for c in text)
        if style == 1:
            return '"' + "".join("\\" + c if c in '"\\$`' else c for c in text) + '"'
        if style == 2:
            inner = text.replace("\\", "\\\\").replace("'", "\\'")
            return "$'" + inner.replace("\n", "\\n").replace("\t", "\\t") + "'"
        if style == 3 and len(text) > 2:
            return shlex.quote(text[:2]) + self.quoted(text[2:])
        return shlex.quote(text)

    def literal(self) -> str:
        """Write a word that is known."""
        return self.quoted(self.text())

    def value(self) -> str:
        """Write what stands behind `NAME=`."""
        roll = self.rng.randrange(10)
        if roll < 5:
            return self.literal()
        name = self.name()
        if roll == 5:
            return f"${{{name}:-{self.of(*PLAIN)}}}"
        if roll == 6:
            return f'"${name}"'
        if roll == 7:
            return f"${name}"
        if roll == 8:
            return f'"${{{name}}}-{self.of(*PLAIN)}"'
        return (
            f'"${{{name}{self.of(":-", "-", ":+", "+")}{self.of("a b", "4", "$" + self.name())}}}"'
        )

    def use(self) -> str:
        """Write words for a command that use what is defined."""
        roll = self.rng.randrange(12)
        if roll < 3 and self.arrays:
            return self.use_array(self.rng.choice(self.arrays))
        if roll == 3 and self.maps:
            return f'"${{{self.rng.choice(self.maps)}[{self.of(*KEYS)}]}}"'
        name = self.name()
        if roll < 7:
            return f'"${name}"'
        if roll == 7:
            return f"${name}"
        if roll == 8:
            return f'--model-path="${{{name}}}"'
        if roll == 9:
            return self.literal()
        if roll == 10:
            return f"${{{name}:+--prompt {self.of('x', '$' + name)}}}"
        return f'"${{{name}:-{self.of(*PLAIN)}}}"'

    def use_array(self, name: str) -> str:
        """Write words for a command that use an array."""
        forms = ('"${%s[@]}"', '"${%s[@]}"', "${%s[@]}", '"${%s[*]}"', '"${%s[0]}"', "${#%s[@]}")
        return self.rng.choice((*forms, '"${%s[@]:1}"', '"${%s[-1]}"', "$%s")) % name

    # --- commands -------------------------------------------------------------------------------

    def launch(self, *more: str, program: str = "sglang") -> str:
        """Write a launch with a tag of its own."""
        self.tags += 1
        words = [self.use() for _ in range(self.rng.randint(0, 4))]
        command = f"{program} {self.of('generate', 'serve')} --seed {self.tags}"
        if self.chance(0.3):
            words.insert(0, f"--model-path {self.of(*MODELS)}")
        prefix = f"{self.new_name()}={self.value()} " if self.chance(0.12) else ""
        return " ".join([prefix + command, *words, *more])

    def show_all(self) -> None:
        """Write a launch that shows each variable."""
        self.tags += 1
        words = [f'"${{{name}-}}"' for name in self.names]
        words += [f'"${{{name}[@]}}"' for name in self.arrays]
        words += [f'"${{{name}[{key}]-}}"' for name in self.maps for key in KEYS]
        self.line(" ".join(["sglang generate --seed", str(self.tags), *words]))

    def test(self) -> str:
        """Write a condition."""
        roll = self.rng.randrange(10)
        if roll == 0:
            return f"! {self.test()}"
        if roll == 1:
            return f"{self.test()} {self.of('&&', '||')} {self.test()}"
        return self._comparison() if roll < 7 else self._question()

    def _comparison(self) -> str:
        """Write a test of a variable."""
        name, text, number = self.name(), self.of(*PLAIN), self.rng.randint(0, 9)
        equal = self.of("==", "!=", "=")
        forms = (
            f'[ "${name}" {equal} {text} ]',
            f"[[ ${name} {equal} {self.of(text, '*a*', '[0-9]', text + '*')} ]]",
            f'[ {self.of("-z", "-n")} "${name}" ]',
            f"[[ {self.of('-z', '-n')} ${{{name}:-}} ]]",
            f"(( ${{{name}:-1}} {self.of('>', '>=', '==', '<')} {number} ))",
            f'[ "${{{name}:-0}}" {self.of("-gt", "-le", "-eq", "-ne")} {number} ]',
            f'[[ -n "${name}" {self.of("&&", "||")} "${self.name()}" == {text} ]]',
            f"[[ ${name} =~ ^{self.of('[0-9]+$', 'fa', text)} ]]",
            f'[ "${name}" = "${self.name()}" ]',
            f"test ${{{name}:-x}} {equal} {text}",
        )
        return self.rng.choice(forms)

    def _question(self) -> str:
        """Write a test of something that the script does not know."""
        return self.of(
            "has flash_attn",
            "nvidia-smi >/dev/null 2>&1",
            "command -v srun >/dev/null",
            "[ -f a.png ]",
            "[ -d out ]",
            '[[ -e "$BASE" ]]',
            "[ -t 0 ]",
            "[ $# -gt 1 ]",
            "true",
            "false",
            ":",
            '[ -n "${1:-}" ]',
            '[[ "${1-}" == --* ]]',
            "[ $? -eq 0 ]",
        )
