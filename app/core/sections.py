"""Markdown as sections: a heading and what stands under it. Comments are no content; headings in code are none."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.core.markdown import plain_ends, structure
from app.core.plain_markdown import Heading

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKER = re.compile(r"<!--\s*triage-template:\s*(?P<id>[\w-]+)\s+v(?P<version>\d{1,9})\s*-->")
_WORDLESS = re.compile(r"[^\w]+")
_COMMENT_MARK = re.compile(r"<!--+|-*-->")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_ENTITY = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|#160);")
# https://docs.gitlab.com/user/project/quick_actions/: what people use on issues; a path such as /opt/gitlab is none
_COMMANDS = (
    "add_child|add_contacts|assign|award|react|blocked_by|blocks|board_move|cc|clone|close|confidential|copy_metadata|"
    "done|due|duplicate|epic|estimate|health_status|iteration|labels?|link|lock|milestone|move|promote_to|reassign|"
    "relabel|relate|remove_due_date|remove_milestone|remove_parent|reopen|set_parent|severity|spend|spent|status|"
    "subscribe|tasks|timeline|title|todo|type|unassign|unlabel|unlock|unsubscribe|weight|zoom"
)
_NO_WORDS = re.compile(
    rf"/(?:{_COMMANDS})(?:\s|$)|\s*(?:```|~~~)"
)  # a quick action, the edge of a code block
_MAY_HIDE = re.compile(r"[`<\t]|~~~|    ")  # without one of these there is neither code nor HTML
_LIST_MARK = re.compile(r"\A\s*(?:[-*+]|\d+[.)])\s+(?:\[ \]\s*)?|\A\s*>+\s?")
_EMPTY_WORDS = frozenset(
    {
        "tbd",
        "t b d",
        "tba",
        "tbc",
        "todo",
        "to do",
        "xxx",
        "none yet",
        "to be defined",
        "to be determined",
        "x",
    }
)
_LINKING_WORDS = frozenset({"and", "or"})


@dataclass(frozen=True, slots=True)
class Section:
    """`title` is the heading's text as written, `level` 1-6, `line` counts from 1, `body` is raw Markdown below it.

    The body goes up to the next heading of any level. `last` is the heading's own last line: one that is underlined
    has several.
    """

    title: str
    level: int
    line: int
    body: str
    last: int

    @property
    def key(self) -> str:
        return heading_key(self.title)


def heading_key(title: str) -> str:
    """What makes two headings the same: their letters and digits, without case, "and" and "or"."""
    # A text may be one heading of a megabyte: what is remembered for good must be short.
    return _short_key(title) if len(title) <= 200 else _key(title)


def _key(title: str) -> str:
    words = _WORDLESS.sub(" ", title.casefold()).split()
    return " ".join(word for word in words if word not in _LINKING_WORDS)


_short_key = lru_cache(maxsize=4096)(_key)


def sections(text: str) -> tuple[Section, ...]:
    """The sections in the order of the text. What stands before the first heading belongs to none."""
    return _sections(plain_ends(text))


@lru_cache(maxsize=16)
def _sections(text: str) -> tuple[Section, ...]:
    lines = text.split("\n")
    headings = structure(text).headings
    ends = [following.first for following in headings[1:]] + [len(lines)]
    return tuple(
        Section(
            title=title_of(heading),
            level=heading.level,
            line=heading.first + 1,
            body="\n".join(lines[heading.after : end]),
            last=heading.after,
        )
        for heading, end in zip(headings, ends, strict=False)
    )


def title_of(heading: Heading) -> str:
    """The heading's text as people see it: without comments and emphasis."""
    return without_comments(heading.text).strip().strip("*_").strip()


def code_lines(text: str) -> frozenset[int]:
    """The numbers (from 1) of the lines that are code, comments or other HTML, where nothing is a heading."""
    if not _MAY_HIDE.search(text):  # most comments: to read one as Markdown takes its time
        return frozenset()
    found = structure(text)
    return found.code | found.html


def without_comments(text: str) -> str:
    """The text without HTML comments; one that never ends goes up to the end, as in a browser."""
    return _COMMENT.sub("", text) if "<!--" in text else text


def content_lines(body: str) -> list[str]:
    """The lines that may say something: without comments, commands, tags, marks of lists and surrounding space.

    A ticked box stays on its line, since ticking says something.
    """
    return _content_lines(without_comments(body))


def _content_lines(text: str) -> list[str]:
    text = _TAG.sub(" ", text) if "<" in text else text
    text = _ENTITY.sub(" ", text) if "&" in text else text
    lines = (_unmarked(line).strip() for line in text.splitlines() if line and not _NO_WORDS.match(line))
    return [line for line in lines if line]


def _unmarked(line: str) -> str:
    mark = _LIST_MARK.match(line)
    return line[mark.end() :] if mark else line


class Given(NamedTuple):
    """The template's own lines, the hints in its comments included (people take the comment marks away); the same,
    longest first; and as a line begins that goes on behind one of them."""

    lines: frozenset[str]
    longest_first: tuple[str, ...]
    begun: tuple[str, ...]


@lru_cache(maxsize=1024)
def given_by(template_body: str) -> Given:
    """What the template itself says. Templates are few and stay."""
    hints = "\n".join(_COMMENT_MARK.sub("", comment) for comment in _COMMENT.findall(template_body))
    lines = content_lines(template_body) + content_lines(hints)
    said = frozenset(_plain(line) for line in lines) - {""}
    return Given(said, tuple(sorted(said, key=len, reverse=True)), tuple(f"{line} " for line in said))


def own_words(text: str, beside: Given) -> str:
    """What somebody wrote into a section that has no comments: its lines without the template's, joined by newlines.

    A template's line that was continued ("Customer name: Acme") counts by what was added to it. Rules, blanks such as
    `____` and words such as TBD are nothing.
    """
    if not text or text.isspace():  # most blocks are empty
        return ""
    written = []
    for line in _content_lines(text):
        plain = _plain(line)
        rest = "" if plain in beside.lines else line
        if rest and plain.startswith(beside.begun):
            rest = _continued(line, plain, beside.longest_first)
        if _says_something(rest):
            written.append(rest.strip())
    return "\n".join(written)


def _continued(line: str, plain: str, given: tuple[str, ...]) -> str:
    """What was added to a line of the template, or the whole line when it is none."""
    for known in given:
        if plain.startswith(known + " ") and (lead := _lead(line, known)):
            return line[lead:].lstrip(" :*_")
    return line


def _lead(line: str, known: str) -> int:
    """How many characters of the line amount to the known line; 0 when they do not end where a word does."""
    for end in range(len(known), min(len(line), len(known) + 200) + 1):
        if _plain(line[:end]) == known and (end == len(line) or not line[end].isalnum()):
            return end
    return 0


def _plain(line: str) -> str:
    return _short_plain(line) if len(line) <= 200 else _plain_anew(line)


def _plain_anew(line: str) -> str:
    return _WORDLESS.sub(" ", line.casefold()).strip()


_short_plain = lru_cache(maxsize=4096)(_plain_anew)  # most lines are the template's own


def _says_something(line: str) -> bool:
    plain = _plain(line).replace("_", "").strip()
    return bool(plain) and plain not in _EMPTY_WORDS


def marker(text: str) -> tuple[str, int] | None:
    """The template's id and version that the hidden marker names: `<!-- triage-template: sa-activity v1 -->`."""
    match = _MARKER.search(text)
    return (match["id"], int(match["version"])) if match else None
