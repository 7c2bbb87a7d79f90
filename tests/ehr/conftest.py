"""The standing world, and the engine that stands in for the model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ehr.services import drafting
from ehr.services.engine import Engine
from tests.ehr.engines import echo
from tests.ehr.world import World, world_make


@pytest.fixture
def world(db: None) -> World:
    return world_make()


@pytest.fixture
def use_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Put a `draft` function in the model's place."""

    def put(draft: Any) -> None:
        engine = draft if isinstance(draft, Engine) else Engine(draft)
        monkeypatch.setattr(drafting, "engine_load", lambda: engine)

    put(echo)
    return put


@pytest.fixture
def code_list(settings: Any, tmp_path: Path) -> Path:
    """A real, small code list where the installation would have it."""
    from tests.ehr.codelist import code_list_write

    settings.DATA_DIR = tmp_path
    return code_list_write(tmp_path)
