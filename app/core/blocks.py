"""Where the blocks of a template begin in a description: below headings and behind labels, and what stands in each."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.core.markdown import plain_ends, structure
from app.core.outline import bold, hidden_lines, html_heading, label, question
from app.core.sections import heading_key, title_of

_LOOKED_AT = 300  # how much of a line may be a name and the marks around it
# Nothing here gives back what it took (`++`, `*+`): a hostile line must not be tried in every way.
_NAMED = re.compile(
    r"\s*+(?:[-*+]\s++)?(?:\[[ xX]\]\s++)?(?P<mark>[*_#]{0,6}+)"
    r"(?P<title>[^:*_#]++)(?P<end>[*_]++:?|:[*_]*+|\Z)(?P<rest>.*)"
)
_TELLING = re.compile(r"[:：*_#?？]|<[hH]")  # without one of these no line has a name in it
_ORNAMENT = re.compile(r"(?:\s|:\w+:|\d+[.)]|[^\w\s])+")
_DEMAND = re.compile(r"\b(?:required|optional)\b[\s)*_:]*+\Z", re.IGNORECASE)


class Name(NamedTuple):
    """The key of the block that a line may open, and what else the line says.

    `plain`: a label with no mark but its colon. `loose`: read as a name only where there are no headings.
    """

    key: str
    rest: str
    plain: bool = False
    loose: bool = False


class Mark(NamedTuple):
    """A line (from 1) that may open a block, with its names, the likeliest first. `heading`: it is seen as one."""

    line: int
    names: list[Name]
    heading: bool


class Marks(NamedTuple):
    """The lines that may open a block. `headed`: the text has Markdown's own headings; `first`: the line of the first
    of its headings, one in HTML where there is no other; 0 where there is none."""

    headed: bool
    first: int
    lines: list[Mark]


def marks(text: str, known: Collection[str]) -> Marks:
    """The lines that may open one of the known blocks, by their keys, in the order of the text."""
    text = plain_ends(text)
    parts = structure(text)
    headings = {heading.first + 1: title_of(heading) for heading in parts.headings}
    hidden = hidden_lines(text, html=False)
    first = min(headings, default=0)
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        tag = None
        names: Sequence[Name]
        if number in headings:
            names = _of_heading(headings[number])
        elif number in parts.code or not _TELLING.search(line, 0, _LOOKED_AT):
            continue
        elif "<" in line and number not in hidden and (tag := html_heading(line[:_LOOKED_AT])):
            below = tag[1] + line[_LOOKED_AT:]
            names = [Name(name.key, name.rest + below, loose=True) for name in _of_heading(tag[0])]
            first = first or number
        else:
            names = () if number in parts.html else _of_label(line, seen=number not in hidden)
        if meant := [name for name in names if name.key in known]:
            found.append(Mark(number, meant, heading=tag is not None or number in headings))
    return Marks(bool(headings), first, found)


def _of_heading(title: str) -> tuple[Name, ...]:
    """The names in a heading."""
    return _of_short_heading(title) if len(title) <= _LOOKED_AT else _read_heading(title)


def _read_heading(title: str) -> tuple[Name, ...]:
    """The names in a heading: all of it, what stands before a colon, and both without ornaments such as "1." or
    "(required)"."""
    head, _, rest = title.partition(":")
    names = [Name(heading_key(title), "")]
    if len(head) <= _LOOKED_AT:
        names.append(Name(heading_key(_bare(head)) or heading_key(head), rest))
    if len(title) <= _LOOKED_AT:
        names.append(Name(heading_key(_bare(title)), ""))
    return tuple(names)


_of_short_heading = lru_cache(maxsize=1024)(_read_heading)  # most are a template's, in each request again


def _bare(title: str) -> str:
    demand = _DEMAND.search(title)
    title = title[: demand.start()].rstrip().rstrip("*_(") if demand else title
    ornament = _ORNAMENT.match(title)
    return title[ornament.end() :] if ornament else title


def _of_label(line: str, *, seen: bool) -> tuple[Name, ...]:
    """The names that a line begins with; those read loosely only where it is `seen`, not inside of a comment."""
    return _of_short_label(line, seen) if len(line) <= _LOOKED_AT else _read_label(line, seen)


def _read_label(line: str, seen: bool) -> tuple[Name, ...]:
    head, tail = line[:_LOOKED_AT], line[_LOOKED_AT:]
    names = []
    match = _NAMED.match(head)
    if match and (match["mark"] or ":" in match["end"]):
        names.append(Name(heading_key(match["title"]), match["rest"] + tail, plain=not match["mark"]))
    for kind in (bold, question, label) if seen else ():
        if named := kind(head):
            names.append(Name(heading_key(named[0]), named[1] + tail, plain=kind is not bold, loose=True))
    return tuple(names)


_of_short_label = lru_cache(maxsize=1024)(_read_label)  # a template's lines, in each request again


class Opening(NamedTuple):
    """A line that opens a block, the block's key, and what else the line says.

    The key is empty where another section of the template begins, which nobody has to fill.
    """

    line: int
    block: str
    rest: str


def openings(found: Marks, names: Mapping[str, str], *, headed: bool) -> Iterator[Opening]:
    """Where each block begins, in the order of the text. `names` lead from all that a section may be called to the key
    of its block, `headed` tells whether the template has headings.

    Below the first heading, a label with no mark but its colon opens a block only where that block has no heading.
    """
    loose = not (found.headed and headed)
    chosen = [(mark, name) for mark in found.lines if (name := _chosen(mark, names, loose))]
    below_headings = {names[name.key] for mark, name in chosen if mark.heading}
    current = ""
    for mark, name in chosen:
        block = names[name.key]
        below = 0 < found.first < mark.line
        if not (name.plain and below and block in below_headings and block != current):
            current = block
            yield Opening(mark.line, block, name.rest)


def _chosen(mark: Mark, names: Mapping[str, str], loose: bool) -> Name | None:
    """The first of the names that counts: for a label, a block's whole name, and loosely that of another section."""
    for name in mark.names:
        block = names.get(name.key)
        whole = block == name.key or (loose and block == "")
        if block is not None and (mark.heading or whole) and (loose or not name.loose):
            return name
    return None


def blocks(text: str, names: Mapping[str, str], *, headed: bool) -> dict[str, list[str]]:
    """The lines of each block that is there, by its key. Smaller and unknown headings belong to the block above."""
    lines = plain_ends(text).split("\n")
    below = {heading.first + 1: heading.after for heading in structure(text).headings}
    for number in below:
        lines[number - 1] = lines[number - 1].lstrip("#")
    end = Opening(len(lines) + 1, "", "")
    found: dict[str, list[str]] = {}
    for opening, following in pairwise([*openings(marks(text, names), names, headed=headed), end]):
        if opening.block:
            rest = opening.rest.lstrip("#") if opening.line in below else opening.rest
            first = below.get(opening.line, opening.line)
            found.setdefault(opening.block, []).extend([rest, *lines[first : following.line - 1]])
    return found
