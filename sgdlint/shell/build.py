"""The actions of grammar/shell.lark: what the children of a rule become.

An action gets the builder and the values of the children. The value of a token is its number,
except of those in MAKERS, which are nodes already. Lists under construction are Python lists,
changed in place: each is on the parser's stack once.
"""

from __future__ import annotations

from sgdlint.shell import build_commands, build_simple, build_tokens, build_words
from sgdlint.shell.builder import Builder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.builder import Action, Maker

__all__ = ["ACTIONS", "MAKERS", "Builder"]

MAKERS: dict[str, Maker] = build_tokens.MAKERS
ACTIONS: dict[str, Action] = {
    **build_commands.ACTIONS,
    **build_simple.ACTIONS,
    **build_words.ACTIONS,
}
