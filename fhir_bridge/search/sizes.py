"""How many rows the tests of a search find, remembered for a short while.

A size only chooses which test leads the plan: whichever leads, the same resources are found. So it
may be some seconds old, and a filter that many clients repeat (a gender, a status) is counted once
in a while instead of at each search. Nothing of it is ever part of an answer.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from fhir_bridge.search.fragments import Sql

KEEP_SECONDS = 20.0
MOST = 2_048

Key = tuple[str, tuple[object, ...]]


class Sizes:
    """The sizes of this process, the least lately counted forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[float, int]] = OrderedDict()

    def of(self, sources: Sequence[Sql], count: Callable[[list[Sql]], Sequence[int]]) -> list[int]:
        """The size of each source; ``count`` is asked, once, for those not known any more."""
        keys: list[Key] = [(source.text, tuple(source.params)) for source in sources]
        now = self._clock()
        with self._lock:
            held = [self._kept.get(key) for key in keys]
        known = {
            key: size
            for key, found in zip(keys, held, strict=True)
            if found is not None
            for counted, size in (found,)
            if now - counted < KEEP_SECONDS
        }
        missing = {
            key: source for key, source in zip(keys, sources, strict=True) if key not in known
        }
        if missing:
            counted = dict(zip(missing, count(list(missing.values())), strict=True))
            known |= counted
            with self._lock:
                for key, size in counted.items():
                    self._kept[key] = (now, size)
                    self._kept.move_to_end(key)
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return [known[key] for key in keys]

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


remembered = Sizes()
