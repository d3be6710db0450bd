"""Who let which rule pass on an issue: an SA by order, or people by a comment that names those who may except."""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.board import Board
from app.core.facts import Facts
from app.core.model import Note
from app.core.orders import Order, mentions, plain_text
from app.core.rule import Rule
from app.core.text import Ours, instant

_RULE = re.compile(r"[`'\"]?(?P<rule>[A-Za-z][\w-]*)")
_BECAUSE = re.compile(r"\bbecause\b[ \t:,]*(?P<reason>[^\n]*)", re.IGNORECASE)
_UNTIL = re.compile(r"(?<![ \t,])[ \t,]*\buntil[ \t]+(?P<day>\d{4}-\d{2}-\d{2})\b", re.IGNORECASE)
_UNTIL_WORD = re.compile(r"\buntil[ \t]+(?P<day>(?:next[ \t]+)?\w[\w.-]*)", re.IGNORECASE)


INTERNAL = "a reason that was given internally"


@dataclass(frozen=True)
class Waiver:
    """Who let the rule pass, when, why (people's text), until when, and who was told by name."""

    by: str
    at: datetime
    because: str
    until: datetime | None = None
    told: tuple[str, ...] = ()

    def lasts(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True)
class Allowed:
    """An order to let a rule pass, read: the rule's id, and why; empty where the words do not say. `bad_day` is what
    stands behind "until" and is no day to come."""

    rule: str
    because: str
    until: datetime | None
    bad_day: str = ""


def read_allow(order: Order, zone: ZoneInfo) -> Allowed:
    """`allow RULE because REASON until 2026-05-01`, in either order; the day counts whole, in the board's zone."""
    rule, rest = read_rule(order.words)
    if not rule:
        return Allowed("", "", None)
    because, until, bad_day = read_because(rest, order, zone)
    return Allowed(rule, because, until, bad_day)


def read_rule(words: str) -> tuple[str, str]:
    """The rule's id at the beginning, empty where there is none, and what follows it."""
    match = _RULE.match(words)
    return (match["rule"].lower(), words[match.end() :]) if match else ("", words)


class Because(NamedTuple):
    """Why and until when; `bad_day` is what stands behind "until" and is no day to come."""

    because: str
    until: datetime | None
    bad_day: str


def read_because(words: str, order: Order, zone: ZoneInfo) -> Because:
    """`because REASON until 2026-05-01`, in either order; the day counts whole, in the board's zone."""
    reason = _BECAUSE.search(_UNTIL.sub("", words))
    until = _end_of(words, zone)
    # A word behind "until" in the reason itself is no day: "because he is away until they call".
    meant = _UNTIL.search(words) or _UNTIL_WORD.match(words.lstrip(" ,`'\""))
    bad = meant["day"] if meant and (until is None or until <= order.at) else ""
    return Because((reason["reason"] if reason else "").strip(), until, bad)


class Excepting(NamedTuple):
    """The rules of a board from which people may except a request, by id, each with the roles of which somebody must
    be mentioned; and whoever holds one of these roles, in lower case."""

    roles: Mapping[str, list[str]]
    names: frozenset[str]


def excepting(rules: Iterable[Rule], board: Board) -> Excepting:
    """Those rules of which every role is held on that board."""
    holders = board.file.roles
    asked = {rule.id: rule.exception.mentions for rule in rules if rule.exception}
    asked = {id_: roles for id_, roles in asked.items() if all(role in holders for role in roles)}
    names = frozenset(n.casefold() for roles in asked.values() for role in roles for n in holders[role])
    return Excepting(asked, names)


def waivers(facts: Facts, asked: Excepting) -> dict[str, Waiver]:
    """The rules that are let pass now, by id: the latest word with a reason on each, else the latest word."""
    if not (facts.orders or asked.names):
        return {}
    found: dict[str, Waiver] = {}
    for rule, waiver in sorted([*_allowed(facts), *_exceptions(facts, asked)], key=lambda pair: pair[1].at):
        if waiver.lasts(facts.now) and (waiver.because or rule not in found):
            found[rule] = waiver
    return found


def _allowed(facts: Facts) -> Iterable[tuple[str, Waiver]]:
    for order in facts.orders:
        if order.verb == "allow" and facts.people.is_sa(order.by, order.at):
            allowed = read_allow(order, facts.board.calendar.zone)
            if allowed.because and not allowed.bad_day:
                because = INTERNAL if order.internal else allowed.because
                yield allowed.rule, Waiver(order.by.username, order.at, because, allowed.until)


def _exceptions(facts: Facts, asked: Excepting) -> Iterable[tuple[str, Waiver]]:
    """Rules that people excepted: one comment names a holder of each of the rule's roles on this board."""
    holders, notes, zone = facts.board.file.roles, facts.issue.comments, facts.board.calendar.zone
    naming = [(note, _mentioned(note)) for note in notes if _may_tell(note, asked.names)]
    for id_, roles in asked.roles.items():
        for note, mentioned in naming:
            if told := _told(mentioned, holders, roles):
                because, until = _reason(note, told, notes), _end_of(note.body, zone)
                yield id_, Waiver(note.author.username, note.at, because, until, told)


def _may_tell(note: Note, names: Set[str]) -> bool:
    """Whether the comment may mention one of these people: a quick look, since most mention none of them."""
    if "@" not in note.body:
        return False
    said = note.body.casefold()
    return any(name in said for name in names) or note.author.username.casefold() in names


def _mentioned(note: Note) -> frozenset[str]:
    """Whom the comment tells, without regard to case: those whom it mentions. Its author knows without that."""
    return mentions(note.body) | {note.author.username.casefold()}


def _told(mentioned: frozenset[str], holders: Mapping[str, list[str]], roles: list[str]) -> tuple[str, ...]:
    """Of those who are told one for each role; nobody when a role is left out."""
    told = []
    for role in roles:
        named = [name for name in holders.get(role, []) if name.casefold() in mentioned]
        if not named:
            return ()
        told.append(named[0])
    return tuple(dict.fromkeys(told))


def _reason(note: Note, told: tuple[str, ...], notes: Iterable[Note]) -> str:
    """What follows "because" in the comment, else in the first later one of its author or of those who were told."""
    names = {note.author.username, *told}
    later = (
        n for n in notes if not n.system and n.author.username in names and (n.at, n.id) > (note.at, note.id)
    )
    for said in (note, *later):
        reason = _BECAUSE.search(plain_text(said.body))
        if reason and reason["reason"].strip():
            return INTERNAL if said.internal else _UNTIL.sub("", reason["reason"]).strip()
    return ""


def last_minute(until: datetime, zone: ZoneInfo) -> Ours:
    """The last minute that counts, as people read it."""
    return instant(until - timedelta(minutes=1), zone)


def _end_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant after the day named behind "until", in UTC; None when no day is."""
    match = _UNTIL.search(text)
    try:
        day = date.fromisoformat(match["day"]) if match else None
    except ValueError:  # such as 2026-02-30
        return None
    if day is None or day == date.max:
        return None
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
