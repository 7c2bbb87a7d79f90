"""How exceptions are logged: where it broke, never with what."""

import logging
import traceback
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutValues(logging.Formatter):
    """Tracebacks as files, lines and exception types, without the exceptions' own text.

    That text repeats values: PostgreSQL's "Failing row contains (...)", a ValueError's argument.
    They may be a patient's, and logs go where the record does not.
    """

    def formatException(self, ei: _ExcInfo) -> str:
        lines: list[str] = []
        error: BaseException | None = ei[1]
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            lines += [type(error).__qualname__ + "\n", *traceback.format_tb(error.__traceback__)]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip("\n")
