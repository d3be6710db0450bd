"""Whom and what a text of Markdown names: users, groups and issues. Pure: who is then notified is decided elsewhere.

As GitLab does, this looks at the text nodes of the rendered HTML: code and links do not name anybody, block quotes do.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from app.sandbox.quick_actions import with_multiline_quotes

SILENT_TAGS = frozenset({"pre", "code", "a", "style"})
URL = re.compile(r"https?://\S+")
# A name does not end in a dot, and may be a group's path.
NAME = r"(?:[A-Za-z0-9_.][A-Za-z0-9_.\-]*[A-Za-z0-9_\-]|[A-Za-z0-9_])"
MENTION = re.compile(rf"(?<!\w)@({NAME}(?:/{NAME})*)")
ISSUE = re.compile(rf"(?<![\w&/#])({NAME}(?:/{NAME})*)?#(\d+)\b")
_TITLE = r"(?:[\w.:&?/+-]*\w|\"[^\"\n]+\")"
# What else GitLab makes a link of, and writes on the page of what is named.
# https://docs.gitlab.com/user/markdown/#gitlab-specific-references
OTHERS = {
    "merge request": re.compile(rf"(?<![\w&/!])(?:{NAME}(?:/{NAME})*)?!\d+\b"),
    "label": re.compile(rf"(?<![\w~])~{_TITLE}"),
    "milestone": re.compile(rf"(?<![\w%])%{_TITLE}"),
    "snippet": re.compile(r"(?<![\w$])\$\d+\b"),
    "epic": re.compile(r"(?<![\w&])&\d+\b(?!;)"),
    "alert": re.compile(r"\^alert#\d+"),
    "iteration": re.compile(rf"\*iteration:{_TITLE}"),
    "bracketed": re.compile(
        r"\[(?:vulnerability|feature_flag|contact|cadence|issue|epic|work_item|wiki_page):[^\]\n]+\]"
    ),
    "commit": re.compile(r"(?<![\w/.@#-])(?:[0-9a-f]{7,40})(?:\.{2,3}[0-9a-f]{7,40})?(?![\w-])"),
    "emoji": re.compile(r"(?<!\w):[a-z0-9_+-]+:(?!\w)"),
    "address": re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
}
LEFT_ALONE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`|https?://\S+)", re.DOTALL)


class _TextNodes(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.comments: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in SILENT_TAGS:
            self._silent.append(tag)
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _special(
    _self: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    # An escaped character gets an element of its own, so that `\@sam` is two text nodes; an entity is plain text.
    text = escape(tokens[at].content)
    return f"<span>{text}</span>" if tokens[at].info == "escape" else text


_MARKDOWN = with_multiline_quotes(
    MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("text_join")
)
_MARKDOWN.add_render_rule("text_special", _special)


@lru_cache(maxsize=4)  # the same text is asked several things
def _read(text: str) -> _TextNodes:
    nodes = _TextNodes()
    nodes.feed(_MARKDOWN.render(text))
    nodes.close()
    return nodes


def mentioned(text: str) -> set[str]:
    """The names that `text` calls with an @, in lower case: of users, of groups by path, and `all`."""
    if "@" not in text and "&" not in text:
        return set()
    return {name.lower() for node in _read(text).texts for name in MENTION.findall(URL.sub(" ", node))}


def referenced(text: str) -> set[tuple[str, int]]:
    """The issues that `text` refers to, as (project path or empty for its own, iid); `http...` URLs give their path."""
    if "#" not in text and "://" not in text:
        return set()
    nodes = _read(text)
    urls = nodes.links + [url for node in nodes.texts for url in URL.findall(node)]
    found = {(path, int(iid)) for node in nodes.texts for path, iid in ISSUE.findall(URL.sub(" ", node))}
    for url in urls:
        if place := re.search(r"https?://[^/]+/(.+?)/-/(?:issues|work_items)/(\d+)\b", url):
            found.add((place[1], int(place[2])))
    return found


def other_references(text: str) -> set[tuple[str, str]]:
    """What else `text` names that GitLab knows, as (kind, as written): merge requests, labels, addresses, commits."""
    nodes = _read(text)
    found = {("address", link) for link in nodes.links}
    for node in nodes.texts:
        found |= {("address", url) for url in OTHERS["address"].findall(node)}
        plain = OTHERS["address"].sub(" ", node)
        found |= {(kind, match[0]) for kind, pattern in OTHERS.items() for match in pattern.finditer(plain)}
    return found


@dataclass(frozen=True)
class Shape:
    """What a text is made of once rendered: its tags in their order (`details`, `/details`), its comments."""

    tags: tuple[str, ...]
    comments: tuple[str, ...]


def shape(text: str) -> Shape:
    """The shape of a text: what nobody may change from within a quote."""
    nodes = _read(text)
    return Shape(tuple(nodes.tags), tuple(nodes.comments))


def rewritten(text: str, renamed: Callable[[str, int], str | None]) -> str:
    """The text with its references to issues as `renamed` has them (None: as it is), but for code and addresses."""
    pieces = LEFT_ALONE.split(text)
    pieces[::2] = [
        ISSUE.sub(lambda found: renamed(found[1] or "", int(found[2])) or found[0], piece)
        for piece in pieces[::2]
    ]
    return "".join(pieces)
