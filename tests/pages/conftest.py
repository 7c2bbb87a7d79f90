"""The workflow's standing world, with a client for each of its people."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ehr.models import Note
from tests.ehr.conftest import code_list, use_engine, world
from tests.ehr.engines import flagged
from tests.ehr.world import World, note_make

__all__ = ["client_of", "code_list", "note", "owner", "use_engine", "world"]


@pytest.fixture
def client_of(world: World) -> Callable[[str], Client]:
    """A client signed in as one of the world's people; "anonymous" for nobody at all."""

    def make(who: str) -> Client:
        client = Client()
        if who != "anonymous":
            client.force_login(getattr(world, who))
        return client

    return make


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("owner")


@pytest.fixture
def note(world: World, use_engine: Callable[[Any], None]) -> Note:
    """A note under review whose first sentence carries a warning that blocks the signature."""
    use_engine(flagged)
    return note_make(world)
