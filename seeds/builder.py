"""Writes the demo's patients as FHIR R4 transaction bundles: ``python -m seeds.builder``.

One file per patient in ``seeds/patients``, from the specifications in ``seeds/specs``. The output
depends on nothing else, so that a rebuild without a change in the specifications changes no byte.
"""

import json
from datetime import date
from pathlib import Path

from seeds.specs import HISTORIES
from seeds.specs.chart import Chart
from seeds.specs.practice import Resource, practice_resources

PATIENTS = Path(__file__).parent / "patients"
ANCHOR = date(2026, 11, 23)
"""The day that the histories lead up to: "today" in every specification."""


def pruned(value: object) -> object:
    """``value`` without the members that say nothing: None, "", [] and {}, at any depth."""
    if isinstance(value, dict):
        kept = {key: pruned(member) for key, member in value.items()}
        return {key: member for key, member in kept.items() if member not in (None, "", [], {})}
    if isinstance(value, list):
        return [pruned(member) for member in value]
    return value


def bundle(resources: list[Resource]) -> str:
    """A transaction that puts each resource under its own id, one entry to a line.

    ``PUT`` makes loading idempotent: https://hl7.org/fhir/R4/http.html#upsert
    """
    lines = []
    for resource in resources:
        target = f"{resource['resourceType']}/{resource['id']}"
        entry = {"resource": pruned(resource), "request": {"method": "PUT", "url": target}}
        lines.append(json.dumps(entry, ensure_ascii=False))
    body = ",\n".join(lines)
    return f'{{"resourceType": "Bundle", "type": "transaction", "entry": [\n{body}\n]}}\n'


def build() -> dict[str, str]:
    """The text of every file, by its name."""
    files = {"_practice.json": bundle(practice_resources())}
    for history in HISTORIES:
        files[f"{history.id}.json"] = bundle(Chart(history).resources())
    return files


def main() -> None:
    """Replace the committed bundles by what the specifications say now."""
    PATIENTS.mkdir(exist_ok=True)
    files = build()
    for stale in PATIENTS.glob("*.json"):
        if stale.name not in files:
            stale.unlink()
    for name, text in files.items():
        (PATIENTS / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.splitlines()) - 2} resources")


if __name__ == "__main__":
    main()
