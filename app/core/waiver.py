"""`@bot allow RULE because ...`: an SA lets one rule pass on one issue."""

import re
from dataclasses import dataclass
from datetime import datetime

from app.core.facts import Facts
from app.core.sections import without_comments

_LINE = re.compile(
    r"^@(?P<bot>[\w.-]*\w)[ \t]+allow[ \t]+(?P<rule>[a-z][a-z0-9-]*)[ \t]+because[ \t]+(?P<reason>\S.*)$",
    re.MULTILINE | re.IGNORECASE,
)


_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Waiver:
    """Who let the rule pass, when, and why; the reason is people's text."""

    by: str
    at: datetime
    because: str


def waivers(facts: Facts) -> dict[str, Waiver]:
    """The rules that SAs allow on this issue, by id; the latest word on each."""
    found: dict[str, Waiver] = {}
    for note in facts.issue.notes:
        if note.system or "allow" not in note.body or not facts.people.is_sa(note.author, note.at):
            continue
        for match in _LINE.finditer(_FENCED.sub("", without_comments(note.body))):
            if match["bot"].casefold() in {name.casefold() for name in facts.issue.bots}:
                found[match["rule"].lower()] = Waiver(note.author.username, note.at, match["reason"].strip())
    return found
