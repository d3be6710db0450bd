"""Decides: an issue, the rules and the time in; a plan out. Pure: the same in gives the same out."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.core.after import after
from app.core.facts import Change, Facts, Result, gather
from app.core.history import last_person_act
from app.core.keys import REPORT, STATUS, has_key, marked, own_note
from app.core.model import Issue, User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Outcome,
    Plan,
    PutNote,
    RemoveLabel,
    Summon,
    Unassign,
    Verdict,
    stamp,
)
from app.core.problem import Unsettled
from app.core.rule import Recipient, Rule
from app.core.ruleset import Ruleset
from app.core.status import Said, asks, status_body
from app.core.text import without_commands
from app.core.waiver import Waiver, waivers

ROUNDS = 5
ADOPTION = "adoption"


def evaluate(issue: Issue, ruleset: Ruleset, now: datetime, *, adopt: bool = False) -> Plan:
    """What should be done to the issue at `now`, and when time alone could change that.

    Follows its own plan until nothing is added, so that evaluating the issue after its plan was applied gives no
    further action. Raises Unsettled, with the rules' ids, when five rounds are not enough. `adopt` treats a request
    from before the board's `since` as if it had come after, and marks it so.
    """
    board = ruleset.board_of(issue)
    empty = Plan(
        issue.ref,
        issue.reference,
        board.id if board else "",
        now,
        ruleset.version,
        confidential=issue.confidential,
    )
    if board is None:
        return replace(empty, silent="its project is no board")
    if (reason := _no_request(issue)) != "":
        return replace(empty, silent=reason)
    facts = gather(issue, board, ruleset.labels, ruleset.templates, now)
    silent = _silence(facts, adopt=adopt)
    done: list[Action] = []
    if adopt and not silent and _to_be_adopted(facts):
        done.append(AddLabel(ADOPTION, ruleset.labels.on))
        facts = facts.with_issue(after(facts.issue, done[0], now))
    told: dict[str, Outcome] = {}
    for _ in range(ROUNDS):
        outcomes, actions = _round(facts, ruleset)
        for outcome in outcomes:
            if outcome.rule not in told or told[outcome.rule].verdict == "fine":
                told[outcome.rule] = outcome
        if silent or not actions:
            recheck = min((o.recheck_at for o in outcomes if o.recheck_at), default=None)
            return replace(
                empty,
                actions=tuple(done),
                outcomes=tuple(_with_actions(o, done) for o in told.values()),
                recheck_at=None if silent else recheck,
                silent=silent,
            )
        done += actions
        for action in actions:
            facts = facts.with_issue(after(facts.issue, action, now))
    raise Unsettled(sorted({a.rule for a in actions}))


def _no_request(issue: Issue) -> str:
    if issue.type != "issue":
        return f"it is a {issue.type}, not an issue"
    if issue.is_bot(issue.author) and issue.description.startswith(REPORT):
        return "it is a report of the bot's"
    return ""


def _older(facts: Facts) -> bool:
    return facts.issue.created_at < facts.board.since_at


def _to_be_adopted(facts: Facts) -> bool:
    """Whether the request is old, open, and not marked yet."""
    return _older(facts) and facts.issue.state == "opened" and facts.labels.on not in facts.issue.labels


def _silence(facts: Facts, *, adopt: bool) -> str:
    """Why nothing is done on the issue although rules may be failing; empty when the bot may act."""
    off = facts.labels.off
    if off in facts.issue.labels:
        act = last_person_act(facts.acts, off)
        if act is None or facts.people.is_sa(act.by, act.at):
            return f"{off} is on"
    if _older(facts) and not adopt and facts.labels.on not in facts.issue.labels:
        return f"opened before {facts.board.file.since}, when the board began, and not adopted"
    return ""


@dataclass(frozen=True)
class _Look:
    """One rule's look at the issue: what it found, or why it is not for it."""

    rule: Rule
    why_not: str
    result: Result
    waiver: Waiver | None

    @property
    def failing(self) -> bool:
        return not self.why_not and self.result.failing and self.waiver is None


def _round(facts: Facts, ruleset: Ruleset) -> tuple[list[Outcome], list[Action]]:
    waived = waivers(facts)
    looks = [_look(rule, facts, ruleset, waived) for rule in ruleset.rules]
    actions = [action for look in looks for action in _changes(look, facts)]
    if not actions:  # notes speak of the issue as the changes leave it
        actions = [action for look in looks for action in _summon(look, facts)] + _status(looks, facts)
    once = {(type(a), getattr(a, "label", a)): a for a in reversed(actions)}
    return [_outcome(look, ruleset) for look in looks], list(reversed(once.values()))


def _look(rule: Rule, facts: Facts, ruleset: Ruleset, waived: dict[str, Waiver]) -> _Look:
    why_not = ruleset.why_not(rule, facts)
    result = Result(False, why_not) if why_not else rule.check.look(facts)
    return _Look(rule, why_not, result, waived.get(rule.id))


def _changes(look: _Look, facts: Facts) -> list[Action]:
    """What the rule wants changed on the issue itself: labels and assignees."""
    rule = look.rule
    found = [a for label in rule.while_failing.labels for a in _label_action(look, facts, label)]
    if look.failing and rule.while_failing.repair and _in_time(look, facts):
        found += [action for change in look.result.changes for action in _repair(rule, change)]
    return found


def _in_time(look: _Look, facts: Facts) -> bool:
    """Whether the cause came before the closing: a closed issue gets nothing for what happens afterwards."""
    closed_at, cause = facts.issue.closed_at, look.result.cause_at
    return facts.issue.state == "opened" or (
        cause is not None and closed_at is not None and cause <= closed_at
    )


def _label_action(look: _Look, facts: Facts, label: str) -> list[Action]:
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


def _may_come_off(look: _Look, facts: Facts, label: str) -> bool:
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
    return found


def _summon(look: _Look, facts: Facts) -> list[Action]:
    spec, cause = look.rule.while_failing.summon, look.result.cause_at
    if not look.failing or spec is None or cause is None:
        return []
    key = f"{look.rule.id}/failing/{stamp(cause)}"
    if has_key(facts.issue, key):
        return []
    names = " ".join(f"@{name}" for name in _called(spec.who, facts, look.result.since or cause))
    text = f"{names}: {spec.text.strip().format_map(look.result.values)}"
    return [Summon(look.rule.id, key, marked(key, facts.issue.ref, without_commands(text)))]


def _called(who: list[Recipient], facts: Facts, since: datetime) -> list[str]:
    """The usernames, each once, never one of the bot's."""
    names: list[str] = []
    for recipient in who:
        match recipient:
            case "assignees":
                names += facts.owners_at(since)
            case "requester":
                names.append(facts.issue.author.username)
            case _:
                names += facts.board.file.escalation
    return [name for name in dict.fromkeys(names) if not facts.issue.is_bot(User(0, name))]


def _status(looks: list[_Look], facts: Facts) -> list[Action]:
    """The status note written when something is asked, and kept true once it is there."""
    said = [Said(k.rule, k.result, k.failing, k.waiver) for k in looks if not k.why_not]
    note = own_note(facts.issue, STATUS)
    asking = asks(said) and facts.issue.state == "opened"
    if note is None and not asking:
        return []
    body = status_body(facts, said)
    if note is not None and note.body.rstrip() == body.rstrip():
        return []
    if note is not None and note.author.username == facts.issue.bot.username:
        return [PutNote(STATUS, STATUS, body, note.id)]
    # Another of the bot's users wrote what is there, and our token may not edit it: a new one takes its place.
    return [PutNote(STATUS, STATUS, body, None)] if facts.issue.state == "opened" else []


def _outcome(look: _Look, ruleset: Ruleset) -> Outcome:
    source, result = ruleset.source(look.rule), look.result
    if look.why_not:
        return Outcome(look.rule.id, source, "not for this issue", look.why_not)
    if look.result.failing and look.waiver:
        reason = (
            f"{result.reason}; allowed by {look.waiver.by} at {stamp(look.waiver.at)}: {look.waiver.because}"
        )
        return Outcome(look.rule.id, source, "waived", reason, result.clauses)
    verdict: Verdict = "failing" if result.failing else "fine"
    return Outcome(
        look.rule.id, source, verdict, result.reason, result.clauses, result.since, result.recheck_at
    )


def _with_actions(outcome: Outcome, done: list[Action]) -> Outcome:
    return replace(outcome, actions=tuple(str(a) for a in done if a.rule == outcome.rule))
