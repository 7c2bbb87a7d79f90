"""Word lists, written as running text."""


def words(text: str) -> frozenset[str]:
    """The words of ``text``, which are parted by spaces."""
    return frozenset(text.split())
