"""`sgdlint lsp`: findings, fixes, hover and completion in editors, by the language server protocol.

What speaks the protocol is the library pygls, which the extra `lsp` installs.
"""

from __future__ import annotations

import sys

from sgdlint.arguments import FLAGS, Arguments, initial

MISSING = (
    "`sgdlint lsp` needs pygls 2, which is not installed; install it beside sgdlint with\n"
    "  python -m pip install 'pygls>=2.0'"
)


def serve(arguments: Arguments) -> int:
    """Serve one editor on standard input and output; return the exit status."""
    from sgdlint.checking import FAILED

    try:
        from sgdlint.lsp.server import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        print(f"sgdlint: error: {MISSING}", file=sys.stderr)
        return FAILED
    return run(asked(arguments))


def asked(arguments: Arguments) -> Arguments:
    """Return the arguments as those of a check, which has more of them."""
    initially = {flag.attribute: initial(flag) for flag in FLAGS["check"]}
    return Arguments(**{**initially, "paths": [], **vars(arguments)})
