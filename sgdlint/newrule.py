"""`sgdlint rule new NAME`: start a rule file that is complete and passes its test."""

from __future__ import annotations

import os
import re

from sgdlint import catalog, rulepack
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgdlint.rules.model import Rule

NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
PREFIX, FIRST, LAST = "OWN", 101, 999
TEMPLATE = """\
# `sgdlint rule test {path}` checks this file and runs its examples.
# docs/writing-rules.md tells all keys, facts and functions.
rules:
  - code: {code}                    # 2 to 10 capital letters, then 3 or 4 digits; yours for ever
    name: {name}
    severity: warning               # error, warning, perf, info
    category: reproducibility       # incompatible, option, ignored, slow, memory, lossy,
                                    # reproducibility, shell, environment, migration
    since: "{release}"              # first release it holds for; left out: every one
    # until: "0.6.0"                # first release it no longer holds for
    commands: [serve]               # generate and serve when left out
    # What it looks for. An option is named as --strict-ports is here; it speaks only when this is
    # certainly true.
    when: port is given and not strict_ports
    message: "Port {{port}} moves without a word when it is taken"
    why: The load balancer finds the server at its port alone.
    references: ["ops handbook, ports"]
    fixes:                          # or `help`, a text, when no edit can do it
      - title: add --strict-ports
        safety: safe                # safe: same output, no new failure; unsafe needs `because`
        add: {{strict_ports: ""}}     # "" for a switch without a value
    examples:                       # they are its test: at least one bad and one good
      - bad: sglang serve --model-path Qwen/Qwen-Image --port 30000
        fixed: sglang serve --model-path Qwen/Qwen-Image --port 30000 --strict-ports
        sglang: "{release}"
      - good: sglang serve --model-path Qwen/Qwen-Image --port 30000 --strict-ports
        sglang: "{release}"
      - unknown: sglang serve --model-path Qwen/Qwen-Image --port 30000 "$@"
        sglang: "{release}"
"""


def start(name: str, folder: str, paths: Iterable[str]) -> str:
    """Write the file for a new rule and return its path; raises OptionError.

    paths: the rule files and folders of the project, whose codes are taken.
    """
    if not re.fullmatch(NAME, name):
        raise OptionError(
            f"{name!r} is no name of a rule: small letters, digits and single hyphens, for the "
            "fault that it finds, like serve-without-strict-ports"
        )
    path = os.path.join(folder, f"{name}.yaml")
    rules = _rules(paths, folder)
    if any(rule.name == name for rule in rules):
        raise OptionError(f"there is a rule {name} already; `sgdlint explain {name}` shows it")
    text = TEMPLATE.format(
        path=path, name=name, code=_free({one.code for one in rules}), release=catalog.newest()
    )
    try:
        os.makedirs(folder or ".", exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OptionError(f"{path} is there already") from None
    except OSError as error:
        raise OptionError(f"cannot write {path}: {error.strerror}") from None
    return path


def _rules(paths: Iterable[str], folder: str) -> tuple[Rule, ...]:
    """Return the rules of a project, with those beside the new one when they can be read."""
    from sgdlint.rules.files import RuleError

    if folder and os.path.isdir(folder):
        try:
            return rulepack.load([*paths, folder]).rules
        except RuleError:
            pass
    return rulepack.load([*paths]).rules


def _free(taken: set[str]) -> str:
    """Return the first code that no rule has."""
    codes = (f"{PREFIX}{number}" for number in range(FIRST, LAST + 1))
    free = next((code for code in codes if code not in taken), None)
    if free is None:
        raise OptionError(f"all codes from {PREFIX}{FIRST} to {PREFIX}{LAST} are taken")
    return free
