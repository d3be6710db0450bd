"""Decides: an issue, the rules and the time in; a plan out. Pure: the same in gives the same out."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial

from app.core.after import after
from app.core.board import Board
from app.core.board_rules import CLOSED, Seat
from app.core.commands import answers
from app.core.facts import Facts, gather
from app.core.keys import REPORT
from app.core.labels import last_person_act
from app.core.look import Look, next_call_at, repairs, status_note, summons
from app.core.model import Issue
from app.core.owned import label_changes
from app.core.plan import Action, AddLabel, Clause, Outcome, Plan, Verdict, stamp
from app.core.problem import Unsettled
from app.core.result import Result
from app.core.rule import Rule
from app.core.ruleset import Ruleset
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
    plan = partial(
        Plan,
        issue.ref,
        issue.reference,
        board.id if board else "",
        now,
        ruleset.version,
        confidential=issue.confidential,
        watched=board is not None and board.file.watched,
        unseen=tuple(sorted(issue.unseen_groups)),
    )
    if board is None:
        return plan(silent="its project is no board")
    if (reason := _no_request(issue)) != "":
        return plan(silent=reason)
    facts = facts_of(issue, board, ruleset, now)
    silent = _silence(facts, adopt=adopt)
    done: list[Action] = []
    if adopt and not silent and _to_be_adopted(facts):
        done.append(AddLabel(ADOPTION, ruleset.labels.on))
        facts = facts.with_issue(after(facts.issue, done[0], now))
    told = dict(ruleset.rules_on(board).outcomes)
    for _ in range(ROUNDS):
        outcomes, actions = _round(facts, ruleset)
        done += [] if silent else actions
        for outcome in outcomes:
            before = told[outcome.rule]
            if before is None or before.verdict == "fine":
                told[outcome.rule] = outcome
        if silent or not actions:
            recheck = min((o.recheck_at for o in outcomes if o.recheck_at), default=None)
            return plan(
                actions=tuple(done),
                outcomes=tuple([_with_actions(o, done) if done else o for o in told.values() if o]),
                recheck_at=None if silent else recheck,
                silent=silent,
            )
        for action in actions:
            facts = facts.with_issue(after(facts.issue, action, now))
    raise Unsettled(sorted({a.rule for a in actions}))


def facts_of(issue: Issue, board: Board, ruleset: Ruleset, now: datetime) -> Facts:
    """What the rules may look at on an issue of that board."""
    return gather(
        issue,
        board,
        ruleset.labels,
        ruleset.templates,
        now,
        boards=ruleset.all_by_project,
        calendars=ruleset.calendars,
        quarters=ruleset.quarters,
        readings=ruleset.readings,
    )


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
    if facts.board.file.watched:
        return f"the board {facts.board.name} is only watched"
    if _older(facts) and not adopt and facts.labels.on not in facts.issue.labels:
        return f"opened before {facts.board.file.since}, when the board began, and not adopted"
    return ""


def _round(facts: Facts, ruleset: Ruleset) -> tuple[list[Outcome], list[Action]]:
    waived = waivers(facts, ruleset.excepting)
    seats = ruleset.rules_on(facts.board).looking(facts.issue.labels)
    looks = [_look(seat, facts, waived) for seat in seats]
    if facts.issue.moved:  # all else is for the board to which it moved
        return [_outcome(look, facts, ruleset) for look in looks], status_note(looks, facts, ruleset)
    actions = label_changes(looks, facts)
    actions += [action for look in looks if look.failing for action in repairs(look, facts)]
    if not actions:  # notes speak of the issue as the changes leave it
        actions = [action for look in looks for action in summons(look, facts)]
        actions += status_note(looks, facts, ruleset)
    if not actions and facts.issue.state == "opened":
        proposed = next((k.result.move_to for k in looks if k.failing and k.result.move_to), "")
        actions = answers(facts, ruleset, proposed)
    once = {(type(a), getattr(a, "label", a)): a for a in reversed(actions)}
    return [_outcome(look, facts, ruleset) for look in looks], list(reversed(once.values()))


def _look(seat: Seat, facts: Facts, waived: dict[str, Waiver]) -> Look:
    rule, why_not = seat.rule, seat.why_not(facts)
    result = _unlooked(rule, facts, why_not) if why_not else rule.check.look(facts)
    waiver = (waived.get(rule.id) or waived.get(rule.goes_with)) if waived else None
    return Look(rule, why_not, result, waiver)


def _outcome(look: Look, facts: Facts, ruleset: Ruleset) -> Outcome:
    rule, result, waiver = look.rule.id, look.result, look.waiver
    source = ruleset.sources[rule]
    if look.why_not:
        found = _not_for(rule, source, look.why_not)
        return found._replace(counted=result.clocks) if result.clocks else found
    told: Callable[[], tuple[Clause, ...]] | tuple[Clause, ...] = result.looked_at
    looked_at = told if callable(told) else partial(tuple, told)
    counted = result.clocks or tuple
    recheck_at = result.recheck_at
    if result.failing or result.steps or waiver:
        times = (recheck_at, waiver.until if waiver else None, next_call_at(look, facts))
        recheck_at = min((at for at in times if at), default=None)
    if result.failing and waiver:
        reason = f"{result.reason}; allowed by {waiver.by} at {stamp(waiver.at)}: {waiver.because}"
        return Outcome(rule, source, "waived", reason, None, recheck_at, (), looked_at, counted)
    verdict: Verdict = "failing" if result.failing else "fine"
    return Outcome(rule, source, verdict, result.reason, result.since, recheck_at, (), looked_at, counted)


@lru_cache(maxsize=1024)
def _not_for(rule: str, source: str, why: str) -> Outcome:
    """The outcome of a rule that is not for the issue, the same for many of them."""
    return Outcome(rule, source, "not for this issue", why)


def _unlooked(rule: Rule, facts: Facts, why_not: str) -> Result:
    """The result of a rule that is not for the issue; of a closed one, its clocks as they ended."""
    if why_not == CLOSED and rule.check.kind == "sla" and not facts.issue.moved:
        return Result(False, why_not, clocks=partial(rule.check.past, facts))
    return _nothing(why_not)


@lru_cache(maxsize=1024)
def _nothing(why: str) -> Result:
    """The result of a rule that does not look."""
    return Result(False, why)


def _with_actions(outcome: Outcome, done: list[Action]) -> Outcome:
    if not done:
        return outcome
    actions = tuple(str(a) for a in done if a.rule == outcome.rule)
    return outcome._replace(actions=actions) if actions else outcome
