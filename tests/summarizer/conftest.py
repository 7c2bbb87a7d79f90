"""The engine as the drafting tests use it."""

import pytest

from summarizer.backends import Backend, load
from tests.conftest import ASSETS


@pytest.fixture(scope="session")
def backend() -> Backend:
    """The default engine, loaded once."""
    return load("claims", {"assets": str(ASSETS)})
