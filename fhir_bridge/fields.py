"""A text column that the database compares byte by byte."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


class BytewiseCharField(_Text):
    """Compared and sorted by code point on every database.

    SQLite does so by itself; PostgreSQL gets the collation C, under which a prefix is a range of
    the index whatever the locale of the database is.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
