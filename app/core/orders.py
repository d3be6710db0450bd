"""What people tell the bot in comments: a line that begins with `@bot`, then a word, then the rest."""

import re
from dataclasses import dataclass
from datetime import datetime

from app.core.model import Issue, Note, User
from app.core.sections import code_lines, without_comments

_LINE = re.compile(r"^ {0,3}@(?P<bot>[\w.-]*\w)(?P<rest>[ \t:,].*|$)")
_MOVED = ("moved from ", "cloned from ")
_CODE = re.compile(r"(`+)[^`]*\1")
LONGEST = 500


@dataclass(frozen=True)
class Order:
    """One line to the bot: `verb` in lower case (empty when there is none), `words` the rest, people's text."""

    verb: str
    words: str
    by: User
    at: datetime

    @property
    def line(self) -> str:
        return f"{self.verb} {self.words}".strip()


def orders(issue: Issue) -> tuple[Order, ...]:
    """Every order of a person on the issue, oldest first. Code and quotes are none, nor is a mention in a sentence."""
    bots = {name.casefold() for name in issue.bots}
    found: list[Order] = []
    for note in issue.notes:
        if not note.system and "@" in note.body and not issue.is_bot(note.author):
            found += _orders_in(note, bots)
    return tuple(found)


def plain_text(body: str) -> str:
    """A comment without code, quotes and hidden parts: what its author says in their own name."""
    text = without_comments(body.replace("\r\n", "\n"))
    hidden = code_lines(text)
    lines = (line for n, line in enumerate(text.split("\n"), start=1) if n not in hidden)
    return "\n".join(_CODE.sub(" ", line) for line in lines if not line.lstrip().startswith(">"))


def _orders_in(note: Note, bots: set[str]) -> list[Order]:
    text = without_comments(note.body.replace("\r\n", "\n"))
    hidden = code_lines(text)
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.match(line[:LONGEST])
        if match and number not in hidden and match["bot"].casefold() in bots:
            verb, _, words = match["rest"].strip(" \t:,").partition(" ")
            found.append(Order(verb.casefold().rstrip(".,!?:"), words.strip(), note.author, note.at))
    return found


def carried_until(issue: Issue) -> datetime | None:
    """When the issue came here from another project; what was ordered up to then was ordered there."""
    moves = [n.at for n in issue.notes if n.system and n.body.startswith(_MOVED)]
    return max(moves, default=None)
