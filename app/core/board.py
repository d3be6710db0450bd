"""A board as its file describes it, and who is who on an issue of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.core.calendar import Calendar, Count
from app.core.document import Model, PlainDate, plain_date
from app.core.model import Issue, User
from app.core.text import Ours, quote
from app.core.validators.reading import listed

Role = Literal["requester", "sa", "escalation", "bot", "bystander"]
Manner = Literal["advise", "ask", "put_back"]


# https://docs.gitlab.com/user/reserved_names/ and the paths of users and groups in GitLab's lib/gitlab/path_regex.rb
_NAME = r"[A-Za-z0-9_.](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"
_USERNAME = re.compile(rf"{_NAME}(?:/{_NAME})*")


def username(value: str) -> str:
    """The username, if GitLab would take it for one. Errors: ValueError."""
    wrong = ""
    if value.startswith("@"):
        wrong = f"is written with an @; write {value[1:]}"
    elif not _USERNAME.fullmatch(value) or value.endswith((".git", ".atom")):
        wrong = "is no username of GitLab's; write what stands behind the @, not the name or the address"
    if wrong:
        raise PydanticCustomError("odd_name", "{said}", {"said": f"{value!r} {wrong}"})
    return value


Username = Annotated[str, AfterValidator(username)]


class Person(Model):
    """One entry of `sas`: a username, or a group's path for its members, until a day if one is given."""

    name: Username = Field(description="A username, or a group's path for its members.")
    until: Annotated[date | None, BeforeValidator(plain_date, json_schema_input_type=PlainDate | None)] = (
        Field(default=None, description="The last day on which the person is an SA here, whole.")
    )


class CalendarBy(Model):
    """Which calendar a request is counted by: that of the choice made in a block, else the board's own."""

    block: str = Field(description="The heading of the block.")
    calendars: dict[str, str] = Field(description="Keys of its choice, each with a calendar's id.")


def _as_person(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class BoardFile(Model):
    """`rules/boards/<id>.yaml`."""

    id: str = Field(description="The file's name without its ending; rules name the board by it.")
    name: str = Field(description="What people call the board.")
    project: str = Field(description="The GitLab project's full path.")
    calendar: str = Field(description="A file of rules/calendars, without its ending.")
    sas: list[Annotated[Person, BeforeValidator(_as_person, json_schema_input_type=str | Person)]] = Field(
        min_length=1, description="Usernames or group paths whose members are the board's SAs."
    )
    escalation: list[Username] = Field(
        min_length=1, description="Usernames of those who are told of a breach."
    )
    since: Annotated[date, BeforeValidator(plain_date, json_schema_input_type=PlainDate)] = Field(
        description="Requests opened before this day get nothing until they are adopted."
    )
    active: bool = Field(
        default=True,
        description="Whether it is looked after; an inactive one only serves the examples of rules.",
    )
    zones: dict[str, str] = Field(
        default={}, description="What people here mean by ET or IST: abbreviations with their IANA zones."
    )
    template: str = Field(
        default="SA Activity", description="What a request that follows no template is held to."
    )
    calendar_by: CalendarBy | None = Field(
        default=None, description="Calendars of parts of the board, by what a request says."
    )
    roles: dict[str, list[Username]] = Field(
        default={}, description="Who holds which role here; exceptions are made by mentioning them."
    )
    manners: dict[str, Manner] = Field(
        default={}, description="How far a rule goes on this board, by the rule's id."
    )
    insists_on: list[str] = Field(
        default=[], description="Headings of blocks that are required here whatever their template says."
    )
    before_meetings: list[str] = Field(
        default=[], description="Headings of blocks that must say enough before a customer meeting."
    )
    expedite_by: list[Literal["sa", "requester"]] = Field(
        default=["sa", "requester"],
        description="Who may have a request marked by `@bot expedite because ...`.",
    )
    watched: bool = Field(default=False, description="Only looked at: nothing is ever written there.")
    words: dict[str, str] = Field(
        default={}, description="Words of this board for the texts of rules, as {{ words.NAME }}."
    )


@dataclass(frozen=True)
class Board:
    """A board ready for use: its file, its calendar, the instant it counts from."""

    file: BoardFile
    calendar: Calendar
    parts: Mapping[str, Calendar] = field(default_factory=dict)

    def part(self, choices: Iterable[str]) -> "Board":
        """The board with the calendar of the first of these choices that has one, in the file's order."""
        said = set(choices)
        return next((part for key, part in self._by_choice.items() if key in said), self)

    @cached_property
    def _by_choice(self) -> dict[str, "Board"]:
        """The parts, each made once, since a calendar is costly the first time that it counts."""
        return {key: replace(self, calendar=calendar, parts={}) for key, calendar in self.parts.items()}

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the board gives to the texts of rules: its own `words`, and its `roles` (`-` written as `_`)."""
        roles = {
            role.replace("-", "_"): Ours(listed([quote(name) for name in names]))
            for role, names in self.file.roles.items()
        }
        return {"words": {name: Ours(text) for name, text in self.file.words.items()}, "roles": roles}

    @cached_property
    def roles_by_name(self) -> dict[str, frozenset[str]]:
        """Which roles each of their holders has, by the username in lower case."""
        found: dict[str, set[str]] = {}
        for role, names in self.file.roles.items():
            for name in names:
                found.setdefault(name.casefold(), set()).add(role)
        return {name: frozenset(roles) for name, roles in found.items()}

    @cached_property
    def escalation(self) -> frozenset[str]:
        """Those who are told of a breach, by their usernames in lower case."""
        return frozenset(name.casefold() for name in self.file.escalation)

    @cached_property
    def sas(self) -> tuple[tuple[str, datetime | None], ...]:
        """The entries of `sas`, each with the instant from which on it counts no more."""
        return tuple((person.name, _end(person.until, self)) for person in self.file.sas)

    @cached_property
    def sas_by_name(self) -> dict[str, tuple[datetime | None, ...]]:
        """The same of those entries that name a user, by the username in lower case."""
        found: dict[str, tuple[datetime | None, ...]] = {}
        for name, end in self.sas:
            if "/" not in name:
                found[name.casefold()] = (*found.get(name.casefold(), ()), end)
        return found

    @cached_property
    def sa_groups(self) -> tuple[tuple[str, datetime | None], ...]:
        """The same of those that name a group, by its path."""
        return tuple((name, end) for name, end in self.sas if "/" in name)

    @cached_property
    def _counting(self) -> dict[Count, Calendar]:
        return {count: self.calendar.counting(count) for count in get_args(Count)}

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def name(self) -> str:
        return self.file.name

    @cached_property
    def since_at(self) -> datetime:
        """The first instant of `since` in the board's zone, in UTC."""
        if self.file.since == date.min:
            return datetime.min.replace(tzinfo=UTC)  # as early as can be, in any zone
        return datetime.combine(self.file.since, time(), self.calendar.zone).astimezone(UTC)

    def counting(self, count: Count) -> Calendar:
        """The board's calendar as a way to count."""
        return self._counting[count]

    def groups(self) -> frozenset[str]:
        """The group paths among the SAs: whoever fetches an issue must say who their members are."""
        return frozenset(p.name for p in self.file.sas if "/" in p.name)


class People:
    """Who is who on one issue. Usernames are compared without regard to case, as GitLab does."""

    def __init__(self, board: Board, issue: Issue) -> None:
        self._board, self._issue = board, issue
        self.always: dict[str, Role] = {}  # what people are to it at any time, as far as anybody asked
        self._until: dict[str, tuple[Role, datetime]] = {}
        self._held: dict[str, frozenset[str]] = {}

    def role(self, user: User | None, at: datetime) -> Role:
        """What the user was to this issue at that instant. An SA who opened it is its requester, and no SA."""
        if user is None:
            return "bystander"
        role = self.always.get(user.username)
        return role if role is not None else self._role_at(user.username, at)

    def _role_at(self, name: str, at: datetime) -> Role:
        if name not in self._until:
            role, end = self._role(name.casefold())
            if end is None:
                self.always[name] = role
                return role
            self._until[name] = (role, end)
        role, end = self._until[name]
        return role if at < end else "bystander"

    def _role(self, name: str) -> tuple[Role, datetime | None]:
        """What the user of that name is, and until when; None where that never ends."""
        if name in self._issue.bot_names:
            return "bot", None
        if name == self._issue.author.username.casefold():
            return "requester", None
        if name in self._board.escalation:
            return "escalation", None
        ends = [*self._board.sas_by_name.get(name, ())]
        if self._board.sa_groups:
            groups = self._issue.groups
            ends += [end for path, end in self._board.sa_groups if name in _folded(groups.get(path, _NO_ONE))]
        if not ends:
            return "bystander", None
        last = [end for end in ends if end is not None]
        return "sa", max(last) if len(last) == len(ends) else None

    def is_sa(self, user: User | None, at: datetime) -> bool:
        """Whether the user's activity counts as an SA's: the escalation's does."""
        return self.role(user, at) in ("sa", "escalation")

    @property
    def here(self) -> "People":
        """Who is who on the board on which the issue is now, at any time."""
        return self

    def held_by(self, user: User, _at: datetime) -> frozenset[str]:
        """Which of the board's roles the user held then."""
        held = self._held.get(user.username)
        if held is None:
            found = self._board.roles_by_name.get(user.username.casefold(), frozenset())
            held = self._held[user.username] = found
        return held

    def turns(self) -> frozenset[datetime]:
        """The instants from which on somebody is no SA any more."""
        return frozenset(end for _, end in self._board.sas if end)


_NO_ONE: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def _folded(names: frozenset[str]) -> frozenset[str]:
    """The names as they are compared. A group has hundreds, the same for every issue."""
    return frozenset(name.casefold() for name in names)


def _end(until: date | None, board: Board) -> datetime | None:
    """`until` is the last day that counts, whole, in the board's zone."""
    if until is None:
        return None
    return datetime.combine(until, time(23, 59, 59, 999999), board.calendar.zone).astimezone(UTC)
