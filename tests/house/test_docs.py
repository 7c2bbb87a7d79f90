"""The pages police themselves: every setting, command and link is there."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = settings.BASE_DIR
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SETTINGS = (ROOT / "config" / "settings.py").read_text()
WEB = (ROOT / "config" / "web.py").read_text()
VARIABLES = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS)) | set(
    re.findall(r'environ\.get\("([A-Z_]+)"', WEB)
)
OUR_COMMANDS = {
    name
    for name, app in get_commands().items()
    if str(app).split(".")[0] in {"config", "fhir_bridge", "ehr", "billing"}
}
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_settings_are_read_from_the_environment() -> None:
    assert {"DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "PORT"} <= VARIABLES


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_environment_variable_is_documented(variable: str) -> None:
    assert f"`{variable}`" in OPERATIONS


@pytest.mark.parametrize("command", sorted(OUR_COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert f"manage.py {command}" in OPERATIONS


def test_every_documented_command_exists() -> None:
    named = set(re.findall(r"`manage\.py ([a-z0-9_]+)", OPERATIONS))
    assert named <= OUR_COMMANDS | set(get_commands())


def test_the_commands_of_the_readme_are_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: object) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):  # type: ignore[attr-defined]
        if "://" not in target:
            assert (page.parent / target).exists(), target  # type: ignore[attr-defined]
