"""Decides: an issue, the rules and the time in; a plan out. Pure: the same in gives the same out."""

from datetime import datetime
from functools import partial
from operator import attrgetter

from app.core.after import after
from app.core.as_of import as_of
from app.core.board import Board
from app.core.board_rules import Lineup
from app.core.commands import Looking, answers
from app.core.doing import all_once
from app.core.expedite import as_meant, by_order
from app.core.facts import Facts, gather
from app.core.keys import REPORT
from app.core.labels import last_person_act
from app.core.limits import WAITS
from app.core.listed import Listed
from app.core.listing import listed
from app.core.look import Look, next_call_at, repairs, status_note, summons
from app.core.made import made
from app.core.model import Issue
from app.core.owned import label_changes
from app.core.plan import Action, AddLabel, Outcome, Plan, Reopen, stamp
from app.core.problem import Unsettled
from app.core.quiet import NOT_TAKEN_IN, Quiet, hold_on, snooze_on
from app.core.ruleset import Ruleset
from app.core.surplus import second_notes
from app.core.unfinished import unfinished
from app.core.waiver import Waiver, waivers

ROUNDS = 8  # labels, what is done once, notes, answers: and all of these again, where what is done once calls for more
ADOPTION = "adoption"
_RECHECK_AT = attrgetter("recheck_at")
ON_HOLD = "an SA has put it on hold"


def evaluate(
    issue: Issue,
    ruleset: Ruleset,
    now: datetime,
    *,
    adopt: bool = False,
    turns: frozenset[str] | None = None,
) -> Plan:
    """What should be done to the issue at `now`, and when time alone could change that.

    Follows its own plan until nothing is added, so that evaluating the issue after its plan was applied gives no
    further action. Raises Unsettled, with the rules' ids, when after eight rounds something is left. `adopt` treats a
    request from before the board's `since` as if it had come after, and marks it so. Of rules with a limit only those
    in `turns` act (None: all).
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
    silent, looking = _silence(facts, adopt=adopt), partial(_outcomes_at, issue, board, ruleset)
    held, done = None if silent else hold_on(facts), list[Action]()
    if adopt and not silent and _to_be_adopted(facts):
        done.append(AddLabel(ADOPTION, ruleset.labels.on))
        facts = facts.with_issue(after(facts.issue, done[0], now))
    if not (silent or held):
        facts = by_order(facts, issue, ruleset, now, done)
    told: dict[str, Outcome] = {}
    lists: dict[str, Listed] = {}
    last: list[list[Action]] = []
    for _ in range(ROUNDS + 1):
        outcomes, actions, found = _round(facts, ruleset, looking, turns, held=held is not None)
        lists = {**{one.rule: one for one in found}, **lists}
        done += [] if silent else actions
        told = _first_told(told, outcomes) if told else outcomes
        if silent or not actions:
            return plan(
                actions=tuple(done),
                outcomes=tuple([_with_actions(o, done) for o in told.values()] if done else told.values()),
                recheck_at=_next_look(facts, outcomes, held, silent=silent),
                silent=silent or (ON_HOLD if held else ""),
                because=_because(facts, held, silent=silent),
                listed=() if silent or held else tuple(lists.values()),
            )
        for action in actions:
            facts = facts.with_issue(after(facts.issue, action, now))
        if Reopen in map(type, actions):  # what was ordered meanwhile is due now
            facts = by_order(facts, issue, ruleset, now, done)
        last = [*last, actions][-2:]
    raise Unsettled(sorted({action.rule for actions in last for action in actions}))


def _first_told(before: dict[str, Outcome], now: dict[str, Outcome]) -> dict[str, Outcome]:
    """What each rule said first, where it said anything, and else what it says now."""
    return {
        rule: told if (first := before.get(rule)) is None or first.verdict == "fine" else first
        for rule, told in now.items()
    }


def facts_of(issue: Issue, board: Board, ruleset: Ruleset, now: datetime) -> Facts:
    """What the rules may look at on an issue of that board."""
    facts = gather(
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
    return as_meant(facts) if facts.issue.notes else facts


def _outcomes_at(issue: Issue, board: Board, ruleset: Ruleset, at: datetime) -> dict[str, Outcome]:
    """What each rule said of the issue at an earlier instant, as far as GitLab's history tells."""
    facts = facts_of(as_of(issue, at), board, ruleset, at)
    rules = ruleset.rules_on(facts.board)
    lineup = rules.lineup(facts.match.template.name, closed=facts.issue.state == "closed")
    return _looks(lineup, facts, ruleset, waivers(facts, rules.excepting))[0]


def _no_request(issue: Issue) -> str:
    if issue.type != "issue":
        return f"it is a {issue.type}, not an issue"
    if issue.is_bot(issue.author) and issue.description.startswith(REPORT):
        return "it is a report of the bot's"
    return ""


def left_out(facts: Facts) -> bool:
    """Whether the request is from before the board's `since`, and was not adopted."""
    return facts.issue.created_at < facts.board.since_at and facts.labels.on not in facts.issue.labels


def _to_be_adopted(facts: Facts) -> bool:
    """Whether the request is old, open, and not marked yet."""
    return left_out(facts) and facts.issue.state == "opened"


def _silence(facts: Facts, *, adopt: bool) -> str:
    """Why nothing is done on the issue although rules may be failing; empty when the bot may act."""
    off = facts.labels.off
    if off in facts.issue.labels:
        act = last_person_act(facts.acts, off)
        if act is None or facts.people.is_sa(act.by, act.at):
            return f"{off} is on"
    if facts.board.file.watched:
        return f"the board {facts.board.name} is only watched"
    if left_out(facts) and not adopt:
        return f"opened before {facts.board.file.since}, {NOT_TAKEN_IN}"
    return ""


def _next_look(
    facts: Facts, outcomes: dict[str, Outcome], held: Quiet | None, *, silent: str
) -> datetime | None:
    """When time alone could change the plan."""
    if silent or held:
        return held.until if held else None
    quiet = snooze_on(facts)
    ends = [quiet.until] if quiet else []
    ends += filter(None, map(_RECHECK_AT, outcomes.values()))
    return min(ends, default=None)


def _because(facts: Facts, held: Quiet | None, *, silent: str) -> str:
    """By whose order nothing is done, or nobody called."""
    if silent:
        act = (
            last_person_act(facts.acts, facts.labels.off) if facts.labels.off in facts.issue.labels else None
        )
        return f"put on by {act.by.username} at {stamp(act.at)}" if act and act.by else ""
    quiet = snooze_on(facts)
    return str(held) if held else f"no calls {quiet}" if quiet else ""


def _round(
    facts: Facts, ruleset: Ruleset, looking: Looking, turns: frozenset[str] | None, *, held: bool
) -> tuple[dict[str, Outcome], list[Action], list[Listed]]:
    """What each rule says, by its id, the next things to be done, and lines in lists; on hold, only answers to
    orders."""
    rules = ruleset.rules_on(facts.board)
    waived = waivers(facts, rules.excepting)
    lineup = rules.lineup(facts.match.template.name, closed=facts.issue.state == "closed")
    outcomes, looks, live = _looks(lineup, facts, ruleset, waived, turns)
    if facts.issue.moved:  # all else is for the board to which it moved
        return outcomes, status_note(looks, facts, ruleset), []
    actions = [] if held else label_changes(looks, live, rules, facts)
    actions += [action for look in live if look.failing and not held for action in repairs(look, facts)]
    if not (actions or held):  # what is done once is decided on the issue as the changes leave it
        actions = all_once(live, facts, ruleset.boards)
    if not (actions or held):  # and notes speak of it as all of these leave it
        actions = [action for look in live for action in summons(look, facts)]
        actions += status_note(looks, facts, ruleset)
        if len(facts.keyed_notes) > len(facts.own_notes):
            actions += second_notes(facts.issue)
    if not actions and facts.issue.state == "opened":
        proposed = next((k.result.move_to for k in live if k.failing and k.result.move_to), "")
        actions = answers(facts, ruleset, proposed, looking)
    once = {(type(a), getattr(a, "label", a)): a for a in reversed(actions)}
    lists = [
        listed(look.seat.id, look.seat.rule.summary_issue, look.result, facts)
        for look in (live if ruleset.summaries else ())
        if look.failing and look.seat.rule.summary_issue
    ]
    return outcomes, list(reversed(once.values())), lists


def _looks(
    lineup: Lineup,
    facts: Facts,
    ruleset: Ruleset,
    waived: dict[str, Waiver],
    turns: frozenset[str] | None = None,
) -> tuple[dict[str, Outcome], list[Look], list[Look]]:
    """Every rule's outcome by its id, the looks that were taken, and those of them that lead to something."""
    known = lineup.known(facts)
    outcomes, looks, live = {**known.outcomes}, list[Look](), list[Look]()
    for seat in lineup.ended:
        outcomes[seat.id] = seat.as_ended(facts)
    for seat, why in known.still:
        outcomes[seat.id] = seat.as_still(facts, why)
    for seat in known.looking:
        id_, does = seat.id, seat.does
        result = seat.find(facts)
        failing = result.failing
        if not (failing or result.steps or waived or does):  # as with most
            looks.append(made(Look, (seat, result, None, False)))
            outcomes[id_] = seat.as_found(result)
            continue
        if not failing and does:
            result = unfinished(seat, facts, ruleset.boards) or result
        waiver = (waived.get(id_) or waived.get(seat.goes_with)) if waived else None
        look = made(Look, (seat, result, waiver, result.failing and waiver is None))
        if look.failing and turns is not None and seat.rule.limit and id_ not in turns:
            outcome = _outcome(look, facts)
            outcomes[id_] = outcome._replace(reason=f"{outcome.reason}; {WAITS}")
            continue
        looks.append(look)
        if result.failing or result.steps or waiver:
            live.append(look)
            outcomes[id_] = _outcome(look, facts)
        else:
            outcomes[id_] = seat.as_found(result)
    return outcomes, looks, live


def _outcome(look: Look, facts: Facts) -> Outcome:
    """The outcome of a rule that leads to something, or is let pass."""
    seat, result, waiver, _ = look
    found, call_at = seat.as_found(result), next_call_at(look, facts)
    if call_at is not None and (found.recheck_at is None or call_at < found.recheck_at):
        found = found._replace(recheck_at=call_at)
    if waiver is None:
        return found
    times = (found.recheck_at, waiver.until)
    found = found._replace(recheck_at=min((at for at in times if at), default=None), waiver=waiver)
    if not result.failing:
        return found
    reason = f"{result.reason}; allowed by {waiver.by} at {stamp(waiver.at)}: {waiver.because}"
    return found._replace(verdict="waived", reason=reason, since=None)


def _with_actions(outcome: Outcome, done: list[Action]) -> Outcome:
    actions = tuple(str(a) for a in done if a.rule == outcome.rule)
    return outcome._replace(actions=actions) if actions else outcome
