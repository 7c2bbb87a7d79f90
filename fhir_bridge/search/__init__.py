"""Search over the index rows: `find` for the server's own rooms, `page` for the REST interaction.

The index is written by the store through `search.index`.
"""

from fhir_bridge.search.finding import Found, find, page

__all__ = ["Found", "find", "page"]
