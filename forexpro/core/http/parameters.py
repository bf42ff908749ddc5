"""What stands in an address, as anybody may have typed it."""

# What any column for whole numbers holds; Python refuses to read thousands of digits at all.
DIGITS_MAX = 18


def whole_number(text: str) -> int | None:
    """Return the number that a text is, None where it is none or a longer one than anything here has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else None
