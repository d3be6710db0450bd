"""Finds the quick actions in a text and cuts them out. Pure: what a command does stands in commands.py.

Two stages, as in GitLab: Markdown says which lines stand in a top-level paragraph, then the raw lines of these
paragraphs are searched. Source: https://docs.gitlab.com/user/project/quick_actions/
"""

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

INTERPRETED = frozenset({
    "assign", "unassign", "reassign", "label", "labels", "unlabel", "relabel", "close", "reopen", "title", "due",
    "remove_due_date", "confidential", "lock", "unlock", "duplicate", "move",
})  # fmt: skip
# Known to GitLab and cut out here too, but without an effect in the sandbox.
WITHOUT_EFFECT = frozenset({
    "add_child", "add_contacts", "add_email", "award", "react", "blocked_by", "blocks", "board_move",
    "clear_health_status", "clear_weight", "clone", "convert_to_ticket", "copy_metadata", "create_merge_request",
    "done", "epic", "set_parent", "estimate", "estimate_time", "health_status", "iteration", "link", "milestone",
    "page", "promote", "promote_to", "promote_to_incident", "publish", "relate", "remove_child", "remove_contacts",
    "remove_email", "remove_estimate", "remove_time_estimate", "remove_iteration", "remove_milestone",
    "remove_parent", "remove_time_spent", "remove_zoom", "severity", "spend", "spend_time", "spent", "status",
    "subscribe", "tableflip", "shrug", "tasks", "timeline", "todo", "type", "unlink", "unsubscribe", "weight",
    "zoom",
})  # fmt: skip
APPENDED = {"shrug": "¯\\_(ツ)_/¯", "tableflip": "(╯°□°)╯︵ ┻━┻"}
COMMAND = re.compile(r"/(?P<name>[a-z_]+)(?:[ \t]+(?P<arg>.*?))?\s*", re.IGNORECASE)
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:.|\n)+?(?<!`)\1(?!`)")
HTML_SPAN = re.compile(r"^<[^>\n]+>\n(?:.|\n)+?\n</[^>\n]+>$", re.MULTILINE)
QUOTE_OPENS = re.compile(r" {0,3}(>{3,})[ \t]*(?:\[!\w+\].*)?")


@dataclass(frozen=True)
class Command:
    """One command line; `name` in lower case, `argument` as written, empty when there is none."""

    name: str
    argument: str


@dataclass(frozen=True)
class Extracted:
    """What is left of a text, and the commands in their order."""

    text: str
    commands: tuple[Command, ...]


def _multiline_quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """GitLab's `>>>` blocks. The closing line is looked for first of all, so it closes even inside a fence."""
    line = state.src[state.bMarks[start] : state.eMarks[start]]
    opens = QUOTE_OPENS.fullmatch(line)
    if not opens or state.sCount[start] - state.blkIndent >= 4:
        return False
    if silent:
        return True
    closing = start + 1
    while closing < end:
        closes = QUOTE_OPENS.fullmatch(state.src[state.bMarks[closing] : state.eMarks[closing]])
        if closes and len(closes[1]) >= len(opens[1]):
            break
        closing += 1
    state.push("multiline_quote_open", "blockquote", 1)
    state.md.block.tokenize(state, start + 1, closing)
    state.push("multiline_quote_close", "blockquote", -1)
    state.line = min(closing + 1, end)
    return True


def with_multiline_quotes(parser: MarkdownIt) -> MarkdownIt:
    """The parser, which from now on knows GitLab's `>>>` blocks."""
    parser.block.ruler.before(
        "fence",
        "multiline_quote",
        _multiline_quote,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    return parser


_MARKDOWN = with_multiline_quotes(
    MarkdownIt("commonmark", {"html": True}).enable("table").disable(["inline", "text_join"])
)


def _covered(paragraph: str) -> list[tuple[int, int]]:
    return [found.span() for pattern in (CODE_SPAN, HTML_SPAN) for found in pattern.finditer(paragraph)]


def _command_lines(text: str) -> dict[int, Command]:
    lines = text.split("\n")
    found: dict[int, Command] = {}
    for token in _MARKDOWN.parse(text):
        if token.type != "paragraph_open" or token.level or not token.map:
            continue
        first, last = token.map
        covered = _covered("\n".join(lines[first:last]))
        position = 0
        for number in range(first, last):
            hidden = any(start <= position < end for start, end in covered)
            position += len(lines[number]) + 1
            match = COMMAND.fullmatch(lines[number])
            name = match["name"].lower() if match else ""
            if match and not hidden and name in INTERPRETED | WITHOUT_EFFECT:
                found[number] = Command(name, (match["arg"] or "").strip())
    return found


def extract(text: str) -> Extracted:
    """`text` without its command lines, without carriage returns and trailing white space; and the commands."""
    text = text.replace("\r", "")
    if "/" not in text:
        return Extracted(text.rstrip(), ())
    found = _command_lines(text)
    kept = [line for number, line in enumerate(text.split("\n")) if number not in found]
    kept += [APPENDED[command.name] for command in found.values() if command.name in APPENDED]
    return Extracted("\n".join(kept).rstrip(), tuple(found.values()))
