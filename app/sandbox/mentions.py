"""Whom and what a text of Markdown names: users, groups and issues. Pure: who is then notified is decided elsewhere.

As GitLab does, this looks at the text nodes of the rendered HTML: code and links do not name anybody, block quotes do.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

SILENT_TAGS = frozenset({"pre", "code", "a", "style"})
URL = re.compile(r"https?://\S+")
# A name does not end in a dot, and may be a group's path.
NAME = r"(?:[A-Za-z0-9_.][A-Za-z0-9_.\-]*[A-Za-z0-9_\-]|[A-Za-z0-9_])"
MENTION = re.compile(rf"(?<!\w)@({NAME}(?:/{NAME})*)")
ISSUE = re.compile(rf"(?<![\w&/#])({NAME}(?:/{NAME})*)?#(\d+)\b")
LEFT_ALONE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`|https?://\S+)", re.DOTALL)


class _TextNodes(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT_TAGS:
            self._silent.append(tag)
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
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


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("text_join")
_MARKDOWN.add_render_rule("text_special", _special)


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


def rewritten(text: str, renamed: Callable[[str, int], str | None]) -> str:
    """The text with its references to issues as `renamed` has them (None: as it is), but for code and addresses."""
    pieces = LEFT_ALONE.split(text)
    pieces[::2] = [
        ISSUE.sub(lambda found: renamed(found[1] or "", int(found[2])) or found[0], piece)
        for piece in pieces[::2]
    ]
    return "".join(pieces)
