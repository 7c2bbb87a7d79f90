"""Warnings on a sentence, as stored: {code, severity, detail, resolved_by, resolved_at}."""

from typing import Any

from django.utils import timezone

StoredFlag = dict[str, Any]


def open_flags(flags: list[StoredFlag]) -> list[StoredFlag]:
    """The high-severity warnings that nobody has settled: they block the signature."""
    return [
        flag for flag in flags if flag.get("severity") == "high" and not flag.get("resolved_by")
    ]


def resolved(flag: StoredFlag, user: Any) -> StoredFlag:
    """The warning, settled by this person now; one that is settled stays as it is."""
    if flag.get("resolved_by"):
        return flag
    return {
        **flag,
        "resolved_by": user.get_username(),
        "resolved_at": timezone.now().isoformat(timespec="seconds"),
    }


def reopened(flag: StoredFlag) -> StoredFlag:
    return {key: value for key, value in flag.items() if not key.startswith("resolved_")}
