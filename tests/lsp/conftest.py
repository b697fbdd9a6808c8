"""A session of an editor for each file of tests, with the arguments that the file names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lsp_client import Client


@pytest.fixture(scope="module")
def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A session that goes on through the tests of a file. ARGUMENTS: of `sgdlint lsp`."""
    client = Client(tmp_path_factory.mktemp("editor"), *request.module.ARGUMENTS)
    yield client
    assert client.stop() == 0


@pytest.fixture
def editor(started: Client) -> Iterator[Client]:
    """An editor without open texts, in a folder without files."""
    yield started
    for uri in list(started.versions):
        started.close(uri)
    for path in started.folder.iterdir():
        path.unlink()
