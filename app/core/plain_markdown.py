"""The Markdown that nearly everybody writes, read line by line: headings, lines of words, lists and comments.

Whatever else stands in a text, or might, is not read here: the parser of `markdown` has the last word on it.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it.common.utils import mdTrim

_UNUSUAL = re.compile(r"\t|\]:")  # a tab counts as so many blanks, `[a]:` may define a link
_HEADING = re.compile(r"(?P<marks>#{1,6})(?: |\Z)")
_COMMENT = re.compile(r" {0,3}<!--(?!-?>)")
# What one mark of a list may stand before, and then only words: no other mark, heading, fence, quote, HTML or code.
_WORDS = re.compile(
    r" {0,3}(?:(?:[-+*]|[0-9]{1,9}[.)]) {1,4})?"
    r"(?!(?:[-+*]|[0-9]{1,9}[.)]|#{1,6})(?:\s|\Z)|```|~~~|[<>\s])."
)
_SIGNS = "-=*_+|: "  # a line of these alone may make a heading or a table of the line above it
_RUN = re.compile(r" {0,3}([-=*_+])\1* *\Z")  # below an empty line: a rule, an empty item, or words


class Heading(NamedTuple):
    """`level` is 1-6, `text` as written; it stands on the lines from `first` (counted from 0) up to `after`."""

    level: int
    first: int
    after: int
    text: str


@dataclass(frozen=True)
class Structure:
    """The headings in their order, and the numbers (from 1) of the lines that are code or HTML, comments included."""

    headings: tuple[Heading, ...]
    code: frozenset[int]
    html: frozenset[int]


def plain_structure(text: str) -> Structure | None:
    """The text's structure; None where anything in it is not surely plain. Lines end in newlines only."""
    if _UNUSUAL.search(text):
        return None
    headings: list[Heading] = []
    html: list[int] = []
    above, within = "", False  # the line above; whether a comment goes on
    for number, line in enumerate(text.split("\n")):
        if within:
            html.append(number + 1)
            within = "-->" not in line
        elif not line or line[0].isalpha():  # nothing begins with a letter
            pass
        elif heading := _HEADING.match(line):
            headings.append(Heading(len(heading["marks"]), number, number + 1, _title(line, heading.end())))
        elif _COMMENT.match(line):
            html.append(number + 1)
            within = "-->" not in line
            if within and (line[0] == " " or "|" in line):
                return None  # it may end with an item of a list; it may be the head of a table
        elif not line.strip(_SIGNS):
            if line.strip(" ") and (above.strip(" ") or not _RUN.match(line)):
                return None
        elif not _WORDS.match(line):
            return None
        above = line
    return None if within else Structure(tuple(headings), frozenset(), frozenset(html))


def _title(line: str, start: int) -> str:
    """What a heading says: without the marks that may close it."""
    said = line[start:].rstrip(" ")
    bare = said.rstrip("#")
    return mdTrim(bare if not bare or bare[-1] == " " else said)
