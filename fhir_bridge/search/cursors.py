"""Where a page ends, as a client carries it: which resource, in which version, in which direction.

Nothing of the resource is in it. The sort values are looked up again from that version, so paging
goes on at the same place when the resource has been changed or deleted meanwhile, and the server
keeps no state. Another organisation's resource is no place in one's own pages: a forged cursor
finds nothing.
"""

import re
from dataclasses import dataclass

_FORM = re.compile(r"([np])([0-9a-f]{1,15})\.([0-9a-f]{1,7})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """After (or, `backwards`, before) this version of the resource with this primary key."""

    pk: int
    version: int
    backwards: bool = False

    def __str__(self) -> str:
        return f"{'p' if self.backwards else 'n'}{self.pk:x}.{self.version:x}"


def parse(text: str) -> Cursor:
    """The cursor of a link of ours.

    Raises:
        ValueError: it is none.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("not a cursor of this server")
    return Cursor(int(match[2], 16), int(match[3], 16), match[1] == "p")
