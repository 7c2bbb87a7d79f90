"""The National Provider Identifier: ten digits, the last a check digit (45 CFR 162.406)."""


def npi_valid(npi: str) -> bool:
    """Whether the check digit is right, by the Luhn formula over "80840" and the ten digits.

    Source: CMS, "Requirements for National Provider Identifier and NPI Check Digit".
    """
    return len(npi) == 10 and npi.isascii() and npi.isdigit() and _luhn("80840" + npi) == 0


def npi_complete(nine: str) -> str:
    """Nine digits with their check digit. Raises ValueError for anything else."""
    if len(nine) != 9 or not nine.isdigit():
        raise ValueError("nine digits are needed")
    return nine + str(-_luhn("80840" + nine + "0") % 10)


def _luhn(digits: str) -> int:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value // 10 + value % 10
    return total % 10
