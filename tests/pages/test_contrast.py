"""The stylesheet's colours can be told apart (WCAG 2.2: 1.4.3 and 1.4.11), light and dark."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.BASE_DIR) / "static" / "css" / "plume.css").read_text()
TEXT = [
    ("ink", ("ground", "surface", "sunken", "accent-soft", "mark", "mark-faint", "warn-soft")),
    ("ink", ("bad-soft",)),
    ("ink-soft", ("ground", "surface", "sunken", "accent-soft", "mark-faint", "warn-soft")),
    ("accent", ("ground", "surface", "sunken", "accent-soft")),
    ("accent-strong", ("surface", "accent-soft")),
    ("on-accent", ("accent", "accent-strong")),
    ("good", ("surface", "good-soft")),
    ("warn", ("surface", "warn-soft")),
    ("bad", ("surface", "bad-soft")),
]
SHAPES = [
    ("line-strong", ("surface", "sunken", "ground")),
    ("focus", ("surface", "ground", "accent-soft")),
    ("mark-line", ("surface", "sunken")),
    ("accent", ("line",)),
]


def schemes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)])
def test_colours_stand_out(
    scheme: str, pairs: list[tuple[str, tuple[str, ...]]], least: float
) -> None:
    tokens = schemes()[scheme]
    weak = {
        f"{front} on {back}": round(contrast(tokens[front], tokens[back]), 2)
        for front, backs in pairs
        for back in backs
        if contrast(tokens[front], tokens[back]) < least
    }
    assert weak == {}
