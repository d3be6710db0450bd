"""Patterns for names: `*` is any text, `?` one character, all else is itself, in the case in which it is written.

Regular expressions are not offered: Python's can take for ever on a text that somebody made for it. A clause in CEL has
`matches`, which never does.
"""

import re
from fnmatch import translate
from functools import lru_cache


def is_glob(pattern: str) -> bool:
    """Whether it may mean several names."""
    return "*" in pattern or "?" in pattern


def fits(pattern: str, name: str) -> bool:
    """Whether the whole name is as the pattern says."""
    return _compiled(pattern).match(name) is not None if is_glob(pattern) else name == pattern


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A bracket is no set of characters here. What fnmatch makes of stars looks ahead and never comes back to one.
    return re.compile(translate(pattern.replace("[", "[[]")))
