"""Search over the index rows: `find` for the server's own rooms, `page` and `several`
(types) for the REST interaction.

The index is written by the store through `search.index`.
"""

from fhir_bridge.search.finding import Found, find, page
from fhir_bridge.search.several import several, types_of_compartment

__all__ = ["Found", "find", "page", "several", "types_of_compartment"]
