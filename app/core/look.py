"""What a rule's finding leads to: changes of the issue, a summons, the status note. Rule and board say which."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.board_rules import Seat
from app.core.calls import Recipient, SummonSpec
from app.core.facts import Facts
from app.core.keys import STATUS, carried_status, marked
from app.core.made import made
from app.core.model import User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    PutNote,
    RemoveLabel,
    Reopen,
    Summon,
    Unassign,
    stamp,
)
from app.core.quiet import after_snoozes, end_told, snooze_on, snoozes
from app.core.result import Change, Result
from app.core.ruleset import Ruleset
from app.core.status import Said, asks, status_body
from app.core.text import Ours, without_commands
from app.core.waiver import Waiver
from app.core.words import names_in, render


class Look(NamedTuple):
    """One rule's look at the issue: what it found. `failing`: it is not let pass either."""

    seat: Seat
    result: Result
    waiver: Waiver | None
    failing: bool

    def wants(self, label: str) -> bool:
        """Whether the rule wants the label on: while it fails, or while a step of its clock is in force."""
        if self.waiver is not None:
            return False
        if self.result.failing and label in self.seat.rule.while_failing.labels:
            return True
        return any(label in reached.step.labels for reached in self.result.steps)


def repairs(look: Look, facts: Facts) -> list[Action]:
    """What a failing rule wants repaired on the issue itself: labels, assignees, its state."""
    changes = look.result.changes
    if not (changes and look.seat.rule.while_failing.repair and look.seat.manner in (None, "put_back")):
        return []
    return (
        [action for change in changes for action in _repair(look.seat.id, change)]
        if in_time(look, facts)
        else []
    )


def in_time(look: Look, facts: Facts) -> bool:
    """Whether the cause came before the closing: a closed issue gets nothing for what happens afterwards."""
    closed_at, cause = facts.issue.closed_at, look.result.cause_at
    return facts.issue.state == "opened" or (
        cause is not None and closed_at is not None and cause <= closed_at
    )


def _repair(rule: str, change: Change) -> list[Action]:
    found: list[Action] = []
    if change.remove:
        found.append(RemoveLabel(rule, change.remove))
    if change.add:
        found.append(AddLabel(rule, change.add))
    if change.assign:
        found.append(Assign(rule, change.assign))
    if change.unassign:
        found.append(Unassign(rule, change.unassign))
    if change.reopen:
        found.append(Reopen(rule))
    return found


def summons(look: Look, facts: Facts) -> list[Action]:
    """The calls that are due: for the finding, and for each step of its clock that is in force."""
    cause, calls = look.result.cause_at, _calls(look)
    if not calls or look.waiver or cause is None or look.seat.manner == "advise":
        return []
    quiet = snoozes(facts)
    found = list[Action]()
    for step, at, spec in calls:
        key, due = f"{look.seat.id}/{step}/{stamp(cause)}", after_snoozes(_patient_until(spec, at), quiet)
        if due <= facts.now and (call := _call(look, facts, spec, key, at)):
            found.append(replace(call, since=due))
    return found


def next_call_at(look: Look, facts: Facts) -> datetime | None:
    """When a call comes that is patient still, or that a snooze holds back."""
    calls = _calls(look)
    if not calls or look.waiver or look.result.cause_at is None:
        return None
    if not facts.orders and not [spec for _, _, spec in calls if spec.after]:
        return None
    quiet = snoozes(facts)
    coming = (after_snoozes(_patient_until(spec, at), quiet) for _, at, spec in calls if spec.after or quiet)
    return min((at for at in coming if at > facts.now), default=None)


def _calls(look: Look) -> list[tuple[str, datetime, SummonSpec]]:
    """The calls that the finding and the steps in force make, each with its name and since when it is meant."""
    result = look.result
    found = [(r.step.at.key, r.at, r.step.summon) for r in result.steps if r.step.summon]
    if result.failing and result.since and (spec := look.seat.rule.while_failing.summon):
        found.insert(0, ("failing", result.since, spec))
    return found


def _patient_until(spec: SummonSpec, at: datetime) -> datetime:
    return at + (spec.after or timedelta())


def _call(look: Look, facts: Facts, spec: SummonSpec, key: str, at: datetime) -> Summon | None:
    """The note to those who must act as of then; None where it was written, or a step would call nobody."""
    if key in facts.own_notes:
        return None
    called = _called(spec.who, facts, look.result, at)
    names = " ".join(f"@{name}" for name in called)
    if not names and spec is not look.seat.rule.while_failing.summon:
        return None
    words = render(spec.text, {**look.result.filling(names_in(spec.text)), **facts.board.told})
    text = f"{names}: {words}" if names else words
    body = marked(key, facts.issue.ref, without_commands(text))
    return Summon(look.seat.id, key, body, at, tuple(called))


def _called(who: list[Recipient], facts: Facts, result: Result, at: datetime) -> list[str]:
    """The usernames, each once, never one of the bot's. Of "this or that" the first that names anybody."""
    found: list[str] = []
    for recipient in who:
        named = (_named(one, facts, result, at) for one in recipient.split(" or "))
        found += next((names for names in named if names), [])
    return [name for name in dict.fromkeys(found) if not facts.issue.is_bot(User(0, name))]


def _named(recipient: str, facts: Facts, result: Result, at: datetime) -> list[str]:
    match recipient:
        case "assignees":
            return facts.owners_at(at)
        case "all assignees":
            return [user.username for user in facts.issue.assignees]
        case "requester":
            return [facts.issue.author.username]
        case "mover":
            return [result.by.username] if result.by else []
        case "board.escalation":
            return facts.board.file.escalation
    if recipient.startswith("@"):
        return [recipient[1:]]
    return facts.board.file.roles.get(recipient.removeprefix("role "), [])


def _peace(facts: Facts, ruleset: Ruleset) -> tuple[Ours, ...]:
    """The line that says who wants no calls, and until when; none where nobody does."""
    quiet = snooze_on(facts) if facts.issue.state == "opened" else None
    if quiet is None:
        return ()
    until = end_told(quiet.until, facts.board.calendar.zone)
    say = ruleset.texts.answers.say
    return (say("snoozed_note", by=quiet.by, until=until, because=quiet.because),)


def status_note(looks: list[Look], facts: Facts, ruleset: Ruleset) -> list[Action]:
    """The status note written when something is asked, and kept true once it is there."""
    said = [
        made(Said, (seat.rule, found, failing, waiver))
        for seat, found, waiver, failing in looks
        if found.failing or found.says or found.asks or found.gaps or found.understood
    ]
    note = facts.own_notes.get(STATUS) or carried_status(facts.issue)  # a move brings the note along
    if note is None and not (facts.issue.state == "opened" and asks(said)):
        return []
    body = status_body(facts, said, ruleset.texts.status, _peace(facts, ruleset))
    if note is not None and note.body.rstrip() == body.rstrip():
        return []
    if note is not None and note.author.username == facts.issue.bot.username:
        return [PutNote(STATUS, STATUS, body, note.id)]
    # Another of the bot's users wrote what is there, and our token may not edit it: a new one takes its place.
    return [PutNote(STATUS, STATUS, body, None)] if facts.issue.state == "opened" else []
