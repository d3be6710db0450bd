"""`@bot expedite because ...`: the label that makes a request urgent, put on by a word.

Whoever says so put the label on, at the instant at which they said it: clocks count from then, whenever the bot came to
do it. So the history is read as if they had done it by hand, and the bot's own events on that label are not read.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from app.core.acts import BY_TIME
from app.core.after import after
from app.core.board_rules import BoardRules
from app.core.facts import Facts
from app.core.heard import unmuted
from app.core.labels import last_person_act
from app.core.model import Issue, LabelEvent
from app.core.orders import Order
from app.core.plan import Action, AddLabel, RemoveLabel
from app.core.ruleset import Ruleset
from app.core.waiver import read_because

RULE = "orders"
VERB = "expedite"
KEY = f"{RULE}/{VERB}/"  # of the answers to such orders: they tell that it was the bot that put the label on


def may_expedite(order: Order, facts: Facts) -> bool:
    """Whether the board lets whoever gave the order have a request marked."""
    role = facts.people.role(order.by, order.at)
    return ("sa" if role == "escalation" else role) in facts.board.file.expedite_by


def is_valid(order: Order, facts: Facts) -> bool:
    """Whether the order marks the request: it gives a reason, by somebody who may."""
    if order.verb != VERB:
        return False
    reason = read_because(order.words, order, facts.board.calendar.zone).because
    return bool(reason) and may_expedite(order, facts)


def as_meant(facts: Facts) -> Facts:
    """The facts with the label put on by whoever ordered it, when they did. The same where nobody ever did."""
    label = facts.labels.expedite
    given = [order for order in facts.orders if is_valid(order, facts)] if label and facts.orders else []
    if not (given or (facts.own_notes and _did_so(facts))):
        return facts
    issue, standing = facts.issue, unmuted(facts)
    mine = [e for e in issue.label_events if e.label == label and issue.is_bot(e.user)]
    done = [order for order in given if order in standing]
    others = tuple(e for e in issue.label_events if e not in mine)
    events = (*others, *_by_word(replace(issue, label_events=others), done, label))
    return facts.with_issue(
        replace(issue, label_events=tuple(sorted(events, key=lambda event: (event.at, event.id))))
    )


def by_order(facts: Facts, issue: Issue, ruleset: Ruleset, now: datetime, done: list[Action]) -> Facts:
    """The facts after what people's orders want, which is added to what is to be done; `issue` is as GitLab has it."""
    # What a plan has put on it does not put on again: a rule that takes it off has the last word in it.
    before = any(isinstance(a, AddLabel | RemoveLabel) and a.rule == RULE for a in done)
    asked = [] if before else _asked(facts, issue, ruleset.rules_on(facts.board))
    done += asked
    for action in asked:
        facts = facts.with_issue(after(facts.issue, action, now))
        if isinstance(action, RemoveLabel):  # what is taken back never was
            facts = as_meant(facts)
    return facts


def _asked(facts: Facts, issue: Issue, rules: BoardRules) -> list[Action]:
    """The label as people want it by their orders: on, until a person takes it off; off once the order is taken back.

    `facts` are those of `as_meant`, which has nothing of what the bot did to the label; `issue` has. A label that rules
    own is theirs. What was ordered before the closing is done after it too, so that it makes no difference when the
    bot looks.
    """
    label, closed_at = facts.labels.expedite, facts.issue.closed_at
    if not label or label in rules.owned:
        return []
    on, known = label in facts.issue.labels, label in facts.issue.events_of
    if not (on or known):
        return []
    act = last_person_act(facts.acts, label)
    if not on and act and act.kind == "label_on" and (closed_at is None or act.at <= closed_at):
        if act.id > 0:  # by hand: only orders have ids below that
            return []
        last = max((order.at for order in unmuted(facts) if is_valid(order, facts)), default=act.at)
        return [] if _took_off(issue, label, last) else [AddLabel(RULE, label)]
    taken_back = on and _did_so(facts) and not facts.issue.events_of.get(label)
    return [RemoveLabel(RULE, label)] if taken_back else []


def _took_off(issue: Issue, label: str, since: datetime) -> bool:
    """Whether the bot itself took the label off since then, and nobody touched it after. A rule did so, which has the
    last word: else the label would come and go at each look."""
    last = max((e for e in issue.label_events if e.label == label), key=BY_TIME, default=None)
    return last is not None and last.action == "remove" and last.at >= since and issue.is_bot(last.user)


def _did_so(facts: Facts) -> bool:
    """Whether the bot ever put the label on here by an order, as its answers tell."""
    return any(key.startswith(KEY) for key in facts.own_notes)


def _by_word(issue: Issue, given: list[Order], label: str) -> Iterator[LabelEvent]:
    """An event for each order that found the label off. Orders have no ids: theirs are below all of GitLab's."""
    events = issue.events_of.get(label, [])
    on = bool(events) and events[0].action == "remove"
    acts = sorted([(e.at, 0, e) for e in events] + [(o.at, 1, o) for o in given], key=lambda each: each[:2])
    for number, (at, _, act) in enumerate(acts):
        if isinstance(act, LabelEvent):
            on = act.action == "add"
        elif not on:
            on = True
            yield LabelEvent(number - len(acts), at, act.by, "add", label)
