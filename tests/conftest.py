"""What every test may rely on: the paths of the checkout and an environment that is nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
PERSONAL = (
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "FORCE_COLOR",
    "NO_COLOR",
    "COLUMNS",
    "VIRTUAL_ENV",
)

# The machines that run the tests are slow at times: an example may take as long as it needs, and
# is the same in every run, so that a failure can be repeated.
hypothesis.settings.register_profile("sgdlint", deadline=None, derandomize=True)
hypothesis.settings.load_profile("sgdlint")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def examples(root: Path) -> Path:
    """Return the folder of example scripts."""
    return root / "examples"


@pytest.fixture(scope="session", autouse=True)
def _neutral_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the user's cache, GPUs and terminal settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        for name in PERSONAL:
            patch.delenv(name, raising=False)
        yield
