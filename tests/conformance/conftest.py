"""Prints the scores below the tests, so that every run shows them."""

from __future__ import annotations

import pytest

TABLES: list[str] = []
"""Lines that tests leave here are printed at the end."""


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the conformance tests counted."""
    if TABLES:
        terminalreporter.section("conformance with the real SGLang")
        terminalreporter.write("\n".join([*TABLES, ""]))


@pytest.fixture
def tables() -> list[str]:
    """Return the lines that are printed at the end."""
    return TABLES
