"""Texts that a spreadsheet would run, and how they are written so that it does not: one rule for every CSV of ours.

Source: https://owasp.org/www-community/attacks/CSV_Injection. Apostrophes before one of the characters count too, so that
the way back is unambiguous.
"""

import re

STARTS = ("=", "+", "-", "@", "\t", "\r")
PATTERN = rf"^'*[{re.escape(''.join(STARTS))}]"  # what `safe` looks for, as a regular expression


def safe(text: str) -> str:
    """A text with one apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(STARTS) else text
