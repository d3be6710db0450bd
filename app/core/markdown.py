"""Where headings, code and HTML stand in a Markdown text, as CommonMark has it. What is in them is not parsed."""

from collections.abc import Callable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock, blockquote, fence, heading, hr, html_block, list_block
from markdown_it.rules_block import reference as is_reference
from markdown_it.rules_block import table as is_table
from markdown_it.token import Token

from app.core.plain_markdown import Heading, Structure, plain_structure

_READ = frozenset({"heading_open", "inline", "fence", "code_block", "html_block"})
_LINES_OF_REFERENCE = 50
_DEEPEST = 6  # a quote is one level, a list two

Rule = Callable[[StateBlock, int, int, bool], bool]


def plain_ends(text: str) -> str:
    """The text with every line end, as Markdown counts them, written as one newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def structure(text: str) -> Structure:
    """The text's structure. In time and memory linear to the text, whatever it is."""
    return _structure(plain_ends(text))


@lru_cache(maxsize=16)
def _structure(text: str) -> Structure:
    text = text.replace("\0", "\ufffd")
    return plain_structure(text) or parsed(text)


def parsed(text: str) -> Structure:
    """The structure of any text, by the parser; its lines end in newlines only."""
    found = _Tokens()
    _PARSER.block.parse(text, _PARSER, {}, found)
    found.read_last()
    return Structure(tuple(found.headings), frozenset(found.code), frozenset(found.html))


class _Tokens(list[Token]):
    """Reads the parser's tokens as they come and keeps none of them: a megabyte may have millions."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[Heading] = []
        self.code: set[int] = set()
        self.html: set[int] = set()
        self._last: Token | None = None
        self._opened: Token | None = None

    def append(self, token: Token) -> None:
        self.read_last()
        self._last = token

    def read_last(self) -> None:
        """Reads the last token. The parser fills it in after it was appended: it is whole when the next one comes."""
        token = self._last
        if token is None or token.type not in _READ:
            self._opened = None
        elif token.type == "heading_open":
            self._opened = token
        elif token.type != "inline" and token.map:
            lines = self.html if token.type == "html_block" else self.code
            lines.update(range(token.map[0] + 1, token.map[1] + 1))
        elif self._opened and self._opened.map:
            first, after = self._opened.map
            self.headings.append(Heading(int(self._opened.tag[1]), first, after, token.content))


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A definition of a link, of so many lines at most: the library copies its title anew with each line of it."""
    last, state.lineMax = state.lineMax, min(state.lineMax, start + _LINES_OF_REFERENCE)
    try:
        return is_reference(state, start, end, silent)
    finally:
        state.lineMax = last


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, of which nothing is told but its end.

    The library's own rule makes tokens for every cell that a row leaves out, up to 65,536 of them in 2 kB of text.
    """
    if not is_table(state, start, end, True):
        return False
    if not silent:
        outside, state.parentType = state.parentType, "table"
        ends = state.md.block.ruler.getRules("blockquote")  # as the library does
        line = start + 2
        while line < end and state.sCount[line] >= state.blkIndent:
            row = mdTrim(state.src[state.bMarks[line] : state.eMarks[line]])
            if not row or state.is_code_block(line) or any(rule(state, line, end, True) for rule in ends):
                break
            line += 1
        state.parentType, state.line = outside, line
    return True


def _shallow(rule: Rule) -> Rule:
    """The rule of a list or a quote, so deep at most: further marks are text.

    Each level reads its lines once more. The library's own limit is of no use: it skips all that follows in the text.
    """

    def limited(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < _DEEPEST and rule(state, start, end, silent)

    return limited


_BLOCKQUOTE, _LIST = _shallow(blockquote), _shallow(list_block)
# With what a line must begin, its indent apart, for a rule to be of any use; the others look at every line.
_BEGINS: dict[Rule, str] = {
    fence: "`~",
    _BLOCKQUOTE: ">",
    hr: "*-_",
    _LIST: "*+-0123456789",
    _reference: "[",
    html_block: "<",
    heading: "#",
}


def _one_of(rules: list[Rule]) -> Rule:
    """The first of the rules that applies."""
    others = tuple(rule for rule in rules if rule not in _BEGINS)
    by_sign = {
        sign: tuple(rule for rule in rules if sign in _BEGINS.get(rule, sign))
        for sign in "".join(_BEGINS[rule] for rule in rules if rule in _BEGINS)
    }

    def applies(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        at = state.bMarks[start] + state.tShift[start]
        sign = state.src[at] if at < len(state.src) else ""
        for rule in by_sign.get(sign, others):  # noqa: SIM110 - it is here that the time goes
            if rule(state, start, end, silent):
                return True
        return False

    return applies


_PARSER = MarkdownIt("commonmark").enable("table")
_RULER = _PARSER.block.ruler
_RULER.at("reference", _reference)
_RULER.at("table", _table, {"alt": ["paragraph", "reference"]})
_RULER.at("blockquote", _BLOCKQUOTE, {"alt": ["paragraph", "reference", "blockquote", "list"]})
_RULER.at("list", _LIST, {"alt": ["paragraph", "reference", "blockquote"]})
# Rules are asked only where they may be of use: most lines are none of most rules' business.
_AS_GIVEN = _RULER.getRules
_RULER.getRules = lru_cache(lambda chain="": [_one_of(_AS_GIVEN(chain))])  # type: ignore[method-assign]
