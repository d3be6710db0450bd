"""A text as people see it: its headings, or what stands for them where it has none."""

import re
from collections.abc import Callable, Iterator

from app.core.markdown import plain_ends, structure
from app.core.sections import Section, heading_key, sections, without_comments

WHOLE = "Description"  # GitLab's own name of the box in which all of it stands
_LEAST = 2  # one bold line alone is emphasis, one label alone leads to a list
_LONGEST_LABEL = 80
_MOST_WORDS = 8

# Nothing below gives back what it took (`++`, `*+`): a hostile line must not be tried in every way. Single characters
# alone are repeated so: with more in it, Python up to 3.11.4 finds nothing, https://github.com/python/cpython/issues/106052
_MARK, _BOX = r"(?:[-*+]|\d{1,3}[.)])\s", r"\[[ xX]\]\s"
_ITEM = rf"\s{{0,3}}+(?:(?P<item>{_MARK}++)|(?!{_MARK}))(?:{_BOX}++|(?!{_BOX}))"
_HTML = re.compile(r"\s{0,3}+<h(?P<level>[1-6])(?:\s[^<>]*+)?>(?P<title>.*?)</h(?P=level)>(?P<rest>.*)", re.I)
_BOLD = re.compile(_ITEM + r"(?P<mark>\*{2,3}+|__)(?P<title>(?:(?!(?P=mark)).)+)(?P=mark)(?P<rest>.*)")
_LABEL = re.compile(_ITEM + rf"(?P<title>[^:：<>|`?]{{1,{_LONGEST_LABEL}}}+)[:：](?P<rest>.*)")
_QUESTION = re.compile(r"\s{0,3}+\d{1,3}[.)]\s++(?P<title>[^?？]{3,250}+[?？])(?P<rest>.*)")
_TAG = re.compile(r"<[^<>]*+>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOM = re.compile(r"[\W_]*+|\s*+(?:\[[^\[\]]*+\]|\([^()]*+\)|\{[^{}]*+\}|<[^<>]*+>)\s*+")

Named = tuple[str, str]


def outline(text: str) -> tuple[Section, ...]:
    """The sections that people see in a text: those of its headings, else of the strongest marks that stand for such.

    These are HTML headings, bold lines and bold labels, numbered questions, labels before room for an answer ("Name:"),
    in this order; of the last three there must be two. What follows the name on its line belongs to the body. A text
    with none of these is one section of level 0, titled "Description". Never empty.
    """
    if found := sections(text):
        return found
    text = plain_ends(text)
    lines = text.split("\n")
    for kind, least in ((html_heading, 1), (bold, _LEAST), (question, _LEAST), (label, _LEAST)):
        starts = list(_starts(text, kind))
        if len(starts) >= least:
            ends = [number - 1 for number, _, _ in starts[1:]] + [len(lines)]
            return tuple(
                Section(title, 6, number, "\n".join([rest, *lines[number:end]]), number)
                for (number, title, rest), end in zip(starts, ends, strict=True)
            )
    return (Section(WHOLE, 0, 1, text, 0),)


def _starts(text: str, kind: Callable[[str], Named | None]) -> Iterator[tuple[int, str, str]]:
    """Number, title and rest of each line of that kind that stands for a heading."""
    hidden = hidden_lines(text, html=kind is not html_heading)
    for number, line in enumerate(text.split("\n"), start=1):
        named = kind(line) if number not in hidden else None
        if named and heading_key(named[0]) and (kind in (html_heading, bold) or _has_room(named[1])):
            yield number, *named


def _has_room(rest: str) -> bool:
    """Whether what follows a label is yet to be written: nothing, a blank such as `____`, or a hint in brackets."""
    return bool(_ROOM.fullmatch(without_comments(rest)))


def hidden_lines(text: str, *, html: bool) -> frozenset[int]:
    """The lines on which nothing stands for a heading: code, what follows in comments, and other HTML where asked."""
    code = structure(text).code
    shown = text
    if code:
        shown = "\n".join("" if n in code else line for n, line in enumerate(text.split("\n"), start=1))
    inside: set[int] = set()
    number, at = 1, 0
    for comment in _COMMENT.finditer(shown) if "<!--" in shown else ():
        if "\n" not in comment[0]:
            continue
        number += shown.count("\n", at, comment.start())
        last = number + comment[0].count("\n")
        if comment[0].endswith("-->"):
            inside.update(range(number + 1, last + 1))
        number, at = last, comment.end()
    return code | inside | (structure(text).html if html else frozenset())


def html_heading(line: str) -> Named | None:
    match = _HTML.match(line)
    return (_TAG.sub("", match["title"]).strip(" *_"), match["rest"]) if match else None


def bold(line: str) -> Named | None:
    """`**Name**` alone on its line, or `**Name:** and more`; in a list only with a colon or a question mark."""
    match = _BOLD.match(line)
    if match is None or len(match["title"]) > _LONGEST_LABEL or "<!--" in match["title"]:
        return None
    title, rest = match["title"].strip(), match["rest"].lstrip("*_ ")
    labels = title.endswith((":", "：")) or rest.startswith((":", "："))
    alone = not without_comments(rest).strip() and not title.endswith((".", "!", ",", ";"))
    if not labels and (not alone or (match["item"] and not title.endswith(("?", "？")))):
        return None
    return title.rstrip(":： "), rest.lstrip(":：*_")


def question(line: str) -> Named | None:
    match = _QUESTION.match(line)
    return (match["title"].strip(" *_"), match["rest"].lstrip("*_")) if match else None


def label(line: str) -> Named | None:
    match = _LABEL.match(line)
    if match is None or match["title"].startswith("/") or ". " in match["title"]:
        return None
    title = match["title"].strip(" *_#")
    return (title, match["rest"].lstrip("*_")) if len(title.split()) <= _MOST_WORDS else None
