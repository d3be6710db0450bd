"""Keeps quotes whole in texts that others write: a slip with a backtick must not let people's words out of theirs.

`mark` goes around each quote while a text is filled in, `settle` makes the marks good once it is.
"""

import re
from collections import Counter

from app.core.text import Ours

_OPENS, _CLOSES = "\ue000", "\ue001"  # for private use: no quote has them within
_QUOTES = re.compile(f"{_OPENS}([^{_CLOSES}]*){_CLOSES}")
_RUN = re.compile(r"(\\*)(`+)")
# Inline code ends with its paragraph, or its item of a list.
_BLOCKS = re.compile(r"(\n(?=[ \t]*(?:\n|[-*+>#|<]|\d+[.)])))")


def mark(quoted: Ours) -> str:
    """The quote, so that `settle` finds it."""
    return f"{_OPENS}{quoted}{_CLOSES}" if quoted else ""


def settle(text: str) -> str:
    """The text without marks. A quote within inline code is part of that code; one that touches a backtick or another
    quote gets a space; a backtick that opens nothing is written out. Without any of these it is the same."""
    if _OPENS not in text:
        return text
    return "".join(_settled(block) if _OPENS in block else block for block in _BLOCKS.split(text))


def _settled(block: str) -> str:
    parts = _QUOTES.split(block)  # ours, a quote, ours, a quote, ours
    left = Counter(len(run) for ours in parts[::2] for _, run in _RUN.findall(ours))
    within = 0  # the length of the run that opened the code in which we are; 0 outside

    def pass_run(found: re.Match[str]) -> str:
        nonlocal within
        slashes, run = found.groups()
        left[len(run)] -= 1
        if within:  # a backslash is one more sign of the code here
            within = 0 if len(run) == within else within
            return found[0]
        escaped = len(slashes) % 2
        length = len(run) - escaped
        if length and not left[length]:
            return slashes + "`" * escaped + "\\`" * length
        within = length
        return found[0]

    out = ""
    for number, part in enumerate(parts):
        quote = number % 2 == 1
        bare = quote and within > 0
        piece = (
            part.strip("`").strip().replace("`", "'") if bare else part if quote else _RUN.sub(pass_run, part)
        )
        if bare and out.rstrip(" \t").endswith("\n"):
            # It might begin a block there; within code the end of a line is a blank.
            out = out.rstrip() + " "
        touches = out.endswith("`") and piece.startswith("`")
        out += (" " if touches and (quote or number) else "") + piece
    return out
