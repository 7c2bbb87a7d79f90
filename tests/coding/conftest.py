from pathlib import Path

import pytest

from summarizer.coding import Coder, Terminology
from tests.coding.toy import toy_encode, toy_index


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A terminology file of a handful of codes."""
    return toy_index(tmp_path_factory.mktemp("codes"))


@pytest.fixture(scope="session")
def terminology(index: Path) -> Terminology:
    return Terminology(index)


@pytest.fixture(scope="session")
def coder(index: Path) -> Coder:
    return Coder(index, toy_encode)
