"""What is wrong with a search parameter, said without its value."""

from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.search.parameters import Parameter


class BadValue(ValueError):
    """The value cannot be one of this search type. The text says what is expected."""


class UnknownParameter(Exception):
    """The type has no such parameter. Carries its name, which is not a value."""


def problem(text: str, code: str = "invalid", status: int = 400) -> Invalid:
    """The error that says what is wrong with a parameter, without its value."""
    return Invalid([Issue(code, text)], status=status)


def unknown_modifier(parameter: Parameter, modifier: str) -> Invalid:
    """The error for a modifier that this parameter does not take."""
    return problem(
        f"{parameter.code}: a {parameter.type} parameter does not take :{shown(modifier)}",
        "not-supported",
    )


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """The value, when it is one of these.

    Raises:
        Invalid: naming the parameter and the values it takes.
    """
    if value not in known:
        raise problem(f"{shown(name)}: expected one of {', '.join(known)}")
    return value


def shown(name: str) -> str:
    """A parameter's name as an error may repeat it: short and printable."""
    clean = "".join(char for char in name[:60] if char.isalnum() or char in "_-.:")
    return clean or "(unreadable)"
