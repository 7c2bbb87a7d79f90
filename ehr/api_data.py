"""Selector values as JSON data: names as they are, lazily translated texts in the caller's
language."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise


def as_data(value: Any) -> Any:
    """Plain dicts, lists, strings and numbers of a frozen value."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_data(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, (list, tuple)):
        return [as_data(item) for item in value]
    if isinstance(value, dict):
        return {str(name): as_data(item) for name, item in value.items()}
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
