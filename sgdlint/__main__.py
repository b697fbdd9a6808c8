"""`python -m sgdlint` does what the command `sgdlint` does."""

from sgdlint.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
