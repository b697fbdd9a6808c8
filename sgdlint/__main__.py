"""`sgdlint` and `python -m sgdlint`: run the command line as a process of its own."""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Run and end the process with the exit status.

    The process is short: collecting garbage and taking the interpreter apart at its end would cost
    as much as linting a script.
    """
    gc.disable()
    from sgdlint.cli import main

    status = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # None: closed by the caller
                stream.flush()
        except OSError:  # a closed pipe: there is nobody left to tell
            pass
    os._exit(status)


if __name__ == "__main__":
    run()
