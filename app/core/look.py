"""What a rule's finding leads to: changes of the issue, a summons, the status note. Rule and board say which."""

from dataclasses import dataclass

from app.core.board import Manner
from app.core.facts import Change, Facts, Result
from app.core.keys import STATUS, carried_status, has_key, marked, own_note
from app.core.labels import last_person_act
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
from app.core.rule import Recipient, Rule
from app.core.ruleset import Ruleset
from app.core.status import Said, asks, board_values, status_body
from app.core.text import without_commands
from app.core.waiver import Waiver
from app.core.words import render


@dataclass(frozen=True)
class Look:
    """One rule's look at the issue: what it found, or why it is not for it."""

    rule: Rule
    why_not: str
    result: Result
    waiver: Waiver | None

    @property
    def failing(self) -> bool:
        return not self.why_not and self.result.failing and self.waiver is None


def changes(look: Look, facts: Facts) -> list[Action]:
    """What the rule wants changed on the issue itself: labels and assignees."""
    rule = look.rule
    found = [a for label in rule.while_failing.labels for a in _label_action(look, facts, label)]
    goes = _manner(look, facts) in (None, "put_back")
    if look.failing and rule.while_failing.repair and goes and _in_time(look, facts):
        found += [action for change in look.result.changes for action in _repair(rule, change)]
    return found


def _manner(look: Look, facts: Facts) -> Manner | None:
    """How far the rule goes on this board; None: as far as it says."""
    return facts.board.file.manners.get(look.rule.id, look.rule.manner)


def _in_time(look: Look, facts: Facts) -> bool:
    """Whether the cause came before the closing: a closed issue gets nothing for what happens afterwards."""
    closed_at, cause = facts.issue.closed_at, look.result.cause_at
    return facts.issue.state == "opened" or (
        cause is not None and closed_at is not None and cause <= closed_at
    )


def _label_action(look: Look, facts: Facts, label: str) -> list[Action]:
    """The label on while the rule fails and off otherwise, unless a person decided differently since."""
    act = last_person_act(facts.acts, label)
    on = label in facts.issue.labels
    if look.failing and not on:
        cause = look.result.cause_at
        vetoed = act and act.kind == "label_off" and cause and act.at >= cause
        return [] if vetoed else [AddLabel(look.rule.id, label)]
    if not look.failing and on and _may_come_off(look, facts, label):
        return [RemoveLabel(look.rule.id, label)]
    return []


def _may_come_off(look: Look, facts: Facts, label: str) -> bool:
    """Whether the label is the bot's to take off: it put it on, or what it speaks of has ended since a person did."""
    events = [e for e in facts.issue.label_events if e.label == label and e.action == "add"]
    if not events:
        return False
    if facts.issue.is_bot(events[-1].user):
        return True
    closings = [act.at for act in facts.acts if act.kind == "closed"]
    ends = [*closings, *([look.result.over_since] if look.result.over_since else [])]
    return any(events[-1].at <= end for end in ends)


def _repair(rule: Rule, change: Change) -> list[Action]:
    found: list[Action] = []
    if change.remove:
        found.append(RemoveLabel(rule.id, change.remove))
    if change.add:
        found.append(AddLabel(rule.id, change.add))
    if change.assign:
        found.append(Assign(rule.id, change.assign))
    if change.unassign:
        found.append(Unassign(rule.id, change.unassign))
    if change.reopen:
        found.append(Reopen(rule.id))
    return found


def summons(look: Look, facts: Facts) -> list[Action]:
    spec, cause = look.rule.while_failing.summon, look.result.cause_at
    if not look.failing or spec is None or cause is None or _manner(look, facts) == "advise":
        return []
    key = f"{look.rule.id}/failing/{stamp(cause)}"
    if has_key(facts.issue, key):
        return []
    names = " ".join(f"@{name}" for name in _called(spec.who, facts, look.result))
    words = render(spec.text, look.result.values | board_values(facts))
    text = f"{names}: {words}" if names else words
    return [Summon(look.rule.id, key, marked(key, facts.issue.ref, without_commands(text)))]


def _called(who: list[Recipient], facts: Facts, result: Result) -> list[str]:
    """The usernames, each once, never one of the bot's."""
    names: list[str] = []
    for recipient in who:
        match recipient:
            case "assignees":
                names += facts.owners_at(result.since or facts.now)
            case "requester":
                names.append(facts.issue.author.username)
            case "mover":
                names += [result.by.username] if result.by else []
            case _:
                names += facts.board.file.escalation
    return [name for name in dict.fromkeys(names) if not facts.issue.is_bot(User(0, name))]


def status_note(looks: list[Look], facts: Facts, ruleset: Ruleset) -> list[Action]:
    """The status note written when something is asked, and kept true once it is there."""
    said = [Said(k.rule, k.result, k.failing, k.waiver) for k in looks if not k.why_not]
    note = own_note(facts.issue, STATUS) or carried_status(facts.issue)  # a move brings the note along
    asking = asks(said) and facts.issue.state == "opened"
    if note is None and not asking:
        return []
    body = status_body(facts, said, ruleset.texts.status)
    if note is not None and note.body.rstrip() == body.rstrip():
        return []
    if note is not None and note.author.username == facts.issue.bot.username:
        return [PutNote(STATUS, STATUS, body, note.id)]
    # Another of the bot's users wrote what is there, and our token may not edit it: a new one takes its place.
    return [PutNote(STATUS, STATUS, body, None)] if facts.issue.state == "opened" else []
