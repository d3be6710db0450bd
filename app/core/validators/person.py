"""The validator `person`."""

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from app.core.validators.reading import About, Kind, Reading
from app.core.validators.wording import is_placeholder, points, word_set

_MENTION = re.compile(r"(?<![\w.@/+-])@([A-Za-z0-9_][A-Za-z0-9_.-]{0,254})")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*\.?")
_SIGNS = re.compile("[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]{2,6}")
_PARTICLES = word_set(
    "van von der den de di da del della la le du dos das al el bin ibn ter ten zu zum af av y"
)
_NO_NAMES = word_set(
    """account accounts executive manager director vice president vp svp evp cto cio ciso ceo cfo coo chief officer
    head lead leader senior principal staff solution solutions architect engineer engineering economic buyer champion
    sponsor owner technical sales area regional customer success security information technology it procurement legal
    team teams department platform devops product project program the our their his her a an to be is not no yet we i
    name first last full person contact someone somebody anyone everybody none unknown gitlab github jenkins
    tbd tba tbc todo monday tuesday wednesday thursday friday please see ask"""
)


@dataclass(frozen=True)
class Named:
    """Who is named: by username when mentioned, else by name. One of the two is empty."""

    username: str = ""
    name: str = ""


class Person(Kind):
    """Finds blocks that should name somebody and name nobody: a role or a team is no person.

    A mention (`@alice`) or a full name counts ("Alice Archer", "Jan van den Berg", also a mail address); a mention is
    surest, since it also tells the person. A mention of somebody who is not known on the board, and a name without
    capitals, are doubtful and pass. With `each`, every item of a list (or every line) must name somebody. Example:
    "@alice" is fine, "the economic buyer" is not.
    """

    kind: Literal["person"]
    role: str = Field("", description="Who it should be, said in the problem: the champion at the customer.")
    mention_only: bool = Field(False, description="Whether only an @mention counts.")
    each: bool = Field(False, description="Whether each item of the list must name somebody.")
    example: str = Field("@alice, or Alice Archer", description="One good answer.")

    @property
    def reads_whole(self) -> bool:
        return self.each

    def _look(self, text: str, about: About) -> Reading:
        items = points(text) if self.each else []
        if not items:
            return self._one(text, about)
        readings = [self._one(item, about) for item in items]
        faulty = [r.problem for r in readings if r.problem]
        named = tuple(r.value for r in readings if r.value)
        understood = ", ".join(dict.fromkeys(r.understood for r in readings if r.understood))
        if not faulty:
            return Reading("", understood, any(r.doubtful for r in readings), named)
        some = f"still without a name: {len(faulty)} of {len(items)}; " if named else ""
        return Reading(some + faulty[0], understood, value=named or None)

    def _one(self, text: str, about: About) -> Reading:
        known = {username.casefold(): username for username in about.people}
        mentioned = [m.rstrip(".-") for m in _MENTION.findall(text)]
        mentioned = [
            m
            for m in mentioned
            if m.casefold() not in ("all", "here", "channel", "everyone", "username", "name")
        ]
        for username in mentioned:
            if username.casefold() in known:
                exact = known[username.casefold()]
                return Reading(understood=f"@{exact}", value=Named(username=exact))
        if mentioned:
            return Reading(
                understood=f"@{mentioned[0]}", doubtful=bool(known), value=Named(username=mentioned[0])
            )
        if self.mention_only:
            return Reading(f"please mention {self.role or 'the person'} with @username")
        return self._by_name(text, known)

    def _by_name(self, text: str, known: dict[str, str]) -> Reading:
        named = next((name for line in text.splitlines() if (name := _full_name(line))), "")
        if named:
            return Reading(understood=named, value=Named(name=named))
        address = _EMAIL.search(text)
        if address:
            return Reading(understood=address[0], value=Named(name=address[0]))
        username = next((known[w] for w in re.findall(r"[\w.-]+", text.casefold()) if w in known), "")
        if username:
            return Reading(understood=f"@{username}", doubtful=True, value=Named(username=username))
        words = text.split()
        small = 2 <= len(words) <= 4 and all(_WORD.fullmatch(w) and w not in _NO_NAMES for w in words)
        if small and text.islower() and not is_placeholder(text):
            return Reading(understood=text, doubtful=True, value=Named(name=text))
        return Reading(f"please name {self.role or 'the person'}, by full name or @username")


def _full_name(line: str) -> str:
    """The first two or more names in a row that begin with a capital, particles between them; or a name in Han, kana
    or Hangul that stands alone."""
    alone = line.strip(" *_-•")
    if _SIGNS.fullmatch(alone):
        return alone
    run: list[str] = []
    last_end = 0
    for match in [*_WORD.finditer(line), None]:
        word = match[0] if match else ""
        apart = match is not None and line[last_end : match.start()].strip(" ") != ""
        name = bool(word) and word[0].isupper() and word.rstrip(".").casefold() not in _NO_NAMES
        particle = word in _PARTICLES
        if apart or not (name or (particle and run)):
            if sum(w[0].isupper() for w in run) >= 2:
                break
            run = []
        if name or (particle and run):
            run.append(word)
        last_end = match.end() if match else 0
    while run and not run[-1][0].isupper():
        run.pop()
    capitals = sum(w[0].isupper() for w in run)
    long_words = sum(len(w.rstrip(".")) > 1 for w in run if w[0].isupper())
    return " ".join(run).rstrip(".") if capitals >= 2 and long_words else ""
