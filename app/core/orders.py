"""What people tell the bot in comments: a line that begins with `@bot`, then a word, then the rest."""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from app.core.model import Issue, Note, User
from app.core.sections import code_lines, without_comments

_LINE = re.compile(
    r"^ {0,3}(?:(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?"  # an item of a list
    r"(?:\*\*|__)?@(?P<bot>[\w.-]*\w)(?:\*\*|__)?(?P<rest>[ \t:,].*|$)"
)
_MOVED = ("moved from ", "cloned from ")
_AWAY = "moved to "
_CODE = re.compile(r"(`+)[^`]*\1")
LONGEST, MOST = 500, 20  # characters of one order, orders of one comment
# What GitLab makes a mention of, once code is gone: nothing that looks like one inside an address or a path.
_MENTION = re.compile(r"(?<![\w@/\\])@([\w.-]*\w)(?!/\w)")
REMEMBERED = 10_000  # characters of a comment that is read once only
READ = 20_000  # characters of a comment in which mentions and reasons are looked for


@dataclass(frozen=True)
class Order:
    """One line to the bot: `verb` in lower case (empty when there is none), `words` the rest, people's text."""

    verb: str
    words: str
    by: User
    at: datetime
    internal: bool = False

    @property
    def line(self) -> str:
        return f"{self.verb} {self.words}".strip()


def orders(issue: Issue) -> tuple[Order, ...]:
    """Every order of a person on the issue, oldest first. Code and quotes are none, nor is a mention in a sentence."""
    found: list[Order] = []
    for note in issue.comments:
        if "@" in note.body:
            found += _orders_in(note, issue.bot_names)
    return tuple(found)


@lru_cache(maxsize=256)
def plain_text(body: str) -> str:
    """A comment without code, quotes and hidden parts: what its author says in their own name. Its beginning only."""
    text = without_comments(body[:READ].replace("\r\n", "\n"))
    hidden = code_lines(text)
    lines = (line for n, line in enumerate(text.split("\n"), start=1) if n not in hidden)
    return "\n".join(_CODE.sub(" ", line) for line in lines if not line.lstrip().startswith(">"))


def mentions(body: str) -> frozenset[str]:
    """The usernames that a text mentions, without regard to case."""
    return frozenset(name.casefold() for name in _MENTION.findall(plain_text(body)))


def _orders_in(note: Note, bots: Set[str]) -> list[Order]:
    return [
        Order(verb, words, note.author, note.at, note.internal) for verb, words in _lines(note.body, bots)
    ]


def _lines(body: str, bots: Set[str]) -> tuple[tuple[str, str], ...]:
    """The verb and the words of each order in a comment."""
    # What is remembered must be short.
    return _short_lines(body, bots) if len(body) <= REMEMBERED else _read_lines(body, bots)


def _read_lines(body: str, bots: Set[str]) -> tuple[tuple[str, str], ...]:
    said = body.casefold()
    if "<!--" not in said and not any(f"@{name}" in said for name in bots):
        return ()  # as with most comments, and what follows takes its time
    text = without_comments(body.replace("\r\n", "\n"))
    lines = enumerate(text.split("\n"), start=1)
    matches = [(n, m) for n, line in lines if (m := _LINE.match(line[:LONGEST]))]
    named = [(n, m) for n, m in matches if m["bot"].casefold() in bots]
    hidden = code_lines(text) if named else frozenset()
    found = []
    for number, match in named:
        if number not in hidden:
            verb, _, words = match["rest"].strip(" \t:,").partition(" ")
            found.append((verb.casefold().rstrip(".,!?:"), words.strip()))
    return tuple(found[:MOST])


_short_lines = lru_cache(maxsize=1024)(_read_lines)


def carried_until(issue: Issue) -> datetime | None:
    """When the issue came here from another project; what was ordered up to then was ordered there."""
    moves = [n.at for n in issue.system_notes if n.body.startswith(_MOVED)]
    return max(moves, default=None)


def heard_from(issue: Issue) -> datetime:
    """From when on orders are for this issue as it now is: since it came here, went away, or people reopened it."""
    turns = [n.at for n in issue.system_notes if n.body.startswith((*_MOVED, _AWAY))]
    turns += [e.at for e in issue.state_events if e.state == "reopened" and not issue.is_bot(e.user)]
    return max(turns, default=issue.created_at)


def only_orders(note: Note, bots: Set[str]) -> bool:
    """Whether the comment says nothing but orders to the bot: that is no answer to anybody else.

    `bots` are the usernames of the bot's users, in lower case.
    """
    said = _lines(note.body, bots) if "@" in note.body else ()
    if not said:
        return False
    lines = [line for line in without_comments(note.body).splitlines() if line.strip()]
    return len(lines) == len(said)
