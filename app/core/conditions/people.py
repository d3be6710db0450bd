"""Leaves on who opened an issue and who is assigned to it. Usernames are compared without regard to case."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.core.acts import assignment
from app.core.board import Username
from app.core.conditions.seen import Seen, steady
from app.core.conditions.shapes import GROUPS, ROLE, Group, as_list
from app.core.document import Model
from app.core.facts import Facts
from app.core.model import User

Names = Annotated[list[Username], BeforeValidator(as_list), Field(min_length=1, max_length=100)]
Groups = Annotated[list[Group], BeforeValidator(as_list), Field(min_length=1, max_length=100)]


class AuthorIs(Model):
    """Who opened the issue: `author: alice`, or a list of which it is one."""

    author: Names = Field(description="A username, or several.")

    def __str__(self) -> str:
        return f"the author is {' or '.join(self.author)}"

    def see(self, facts: Facts) -> Seen:
        name = facts.issue.author.username
        names = {one.casefold() for one in self.author}
        return steady(name.casefold() in names, name, facts.issue.created_at)


class AuthorIn(Model):
    """Who opened the issue belongs to one of these: `author_in: sas`, `author_in: [board.escalation, gitlab-com/emea]`.

    An SA counts who was one when opening it. Of a group that cannot be read nobody knows who is in it: then it is
    neither so nor not so, and the rule finds nothing.
    """

    author_in: Groups = Field(
        description="`sas`, `board.escalation`, `role NAME`, a group's path for its members, inherited ones too; "
        "`group ID` and `project ID`, by path or number, for direct members only."
    )

    def __str__(self) -> str:
        return f"the author is one of {' or '.join(self.author_in)}"

    def see(self, facts: Facts) -> Seen:
        author, at = facts.issue.author, facts.issue.created_at
        return steady(belongs(author, self.author_in, facts, at), author.username, at)


class AssigneeIs(Model):
    """Who is assigned: `assignee: none`, `assignee: any`, `assignee: sofia`. It is so since the last assignment."""

    assignee: Names = Field(description="`none`, `any`, a username, or several of which one is assigned.")

    def __str__(self) -> str:
        return f"assigned: {' or '.join(self.assignee)}"

    def see(self, facts: Facts) -> Seen:
        assigned = {user.username.casefold() for user in facts.issue.assignees}
        if self.assignee == ["none"]:
            holds = not assigned
        elif self.assignee == ["any"]:
            holds = bool(assigned)
        else:
            holds = not assigned.isdisjoint(name.casefold() for name in self.assignee)
        return steady(holds, _named(facts), assigned_at(facts))


class AssigneeIn(Model):
    """One of those assigned belongs to one of these: `assignee_in: sas`. Nobody assigned: it is not so.

    Groups are as in `author_in`; an SA counts who is one now.
    """

    assignee_in: Groups = Field(
        description="`sas`, `board.escalation`, `requester`, `role NAME`, a group's path for its members, inherited "
        "ones too; `group ID` and `project ID`, by path or number, for direct members only."
    )

    def __str__(self) -> str:
        return f"somebody of {' or '.join(self.assignee_in)} is assigned"

    def see(self, facts: Facts) -> Seen:
        found = [belongs(user, self.assignee_in, facts, facts.now) for user in facts.issue.assignees]
        holds = True if True in found else None if None in found else False
        since = assigned_at(facts)
        ends = [end for _, end in facts.board.sas if end] if "sas" in self.assignee_in else []
        passed = [end for end in ends if since < end <= facts.now]
        coming = [end for end in ends if end > facts.now]
        return Seen(holds, _named(facts), max([since, *passed]), since, min(coming, default=None))


def belongs(user: User, groups: list[Group], facts: Facts, at: datetime) -> bool | None:
    """Whether the user belongs to one of these; None where none says so and one cannot be read."""
    found = [_belongs(user.username.casefold(), group, facts, at) for group in groups]
    return True if True in found else None if None in found else False


def _belongs(name: str, group: str, facts: Facts, at: datetime) -> bool | None:
    board = facts.board
    if group == "sas":
        entries = [entry for entry, end in board.sas if end is None or at < end]
        found = [_in_group(name, e, facts) if "/" in e else e.casefold() == name for e in entries]
        return True if True in found else None if None in found else False
    if group == "board.escalation":
        return name in board.escalation
    if group == "requester":
        return name == facts.issue.author.username.casefold()
    if group.startswith(ROLE):
        return group.removeprefix(ROLE) in board.roles_by_name.get(name, frozenset())
    return _in_group(name, group, facts)


def _in_group(name: str, path: str, facts: Facts) -> bool | None:
    members = facts.issue.groups.get(path)
    return None if members is None else name in {member.casefold() for member in members}


def paths_among(groups: list[Group]) -> frozenset[str]:
    """The groups of GitLab's among them, whose members must be fetched."""
    return frozenset(g for g in groups if g not in GROUPS and not g.startswith(ROLE))


def assigned_at(facts: Facts) -> datetime:
    """When somebody was last assigned or unassigned, by whomever; the opening where nothing tells."""
    lines = (n for n in reversed(facts.issue.system_notes) if n.at >= facts.issue.created_at)
    return next((n.at for n in lines if any(assignment(n.body))), facts.issue.created_at)


def _named(facts: Facts) -> str:
    return ", ".join(user.username for user in facts.issue.assignees) or "nobody"
