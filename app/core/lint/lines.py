"""Lines of rules and boards that do nothing, or not what their author believes."""

import re
from collections.abc import Iterator

from app.core.checks.sla import Sla
from app.core.codes.behaviour import (
    BEGINS_ANEW,
    CALLS_NOBODY,
    GOES_WITH_ITSELF,
    NO_EFFECT,
    NOWHERE,
    STEP_TOO_EARLY,
)
from app.core.codes.files import NO_WHY
from app.core.effects import NOBODY, Effects
from app.core.lint.book import Book
from app.core.problem import Problem
from app.core.rule import Rule

_UNSAID = re.compile(r"\W*(?:todo|tbd|tba|fixme|xxx|n/?a|none|why|because)?\W*", re.IGNORECASE)


def line_faults(book: Book, rule: Rule, effects: Effects) -> Iterator[Problem]:
    """What is said in the rule's file and has no effect."""
    if _UNSAID.fullmatch(rule.why):
        message = "it does not say why; name where the rule comes from, for whoever is reminded by it"
        yield book.at_rule(rule.id, ("why",), message, NO_WHY)
    if rule.while_failing.repair and effects.repairs is None:
        message = f"the check {rule.check.kind} knows nothing to repair; leave it out"
        yield book.at_rule(rule.id, ("while_failing", "repair"), message, NO_EFFECT)
    if not any(board.file.active for board in book.boards_of(rule)):
        message = "no board that it is for is looked after; name others, or take the rule away"
        yield book.at_rule(rule.id, ("applies_to", "boards"), message, NOWHERE)
    yield from _calls(book, rule, effects)
    if any(timer.since == "updated_at" for timer in effects.timers) and (rule.does or rule.summonses()):
        message = (
            "its own act moves GitLab's updated_at, and the time begins anew; `updated` counts what people do"
        )
        yield book.at_text(rule.id, "updated_at", message, BEGINS_ANEW)
    yield from _company(book, rule)
    if isinstance(rule.check, Sla):
        yield from _steps(book, rule, rule.check)


def _calls(book: Book, rule: Rule, effects: Effects) -> Iterator[Problem]:
    unowned = all(NOBODY in way for way in effects.ways)
    nobody = {"mover"} if not effects.mover else set()
    nobody |= {"assignees"} if unowned else set()
    why = {
        "mover": f"the check {rule.check.kind} knows nobody who moved it",
        "assignees": "nobody is assigned then",
    }
    for path, spec in rule.summonses().items():
        for i, recipient in enumerate(spec.who):
            names = recipient.split(" or ")
            if nobody.issuperset(names):
                message = f'"{recipient}" is nobody here: {why[names[0]]}; call somebody else'
                yield book.at_rule(rule.id, (*path, "who", i), message, CALLS_NOBODY)


def _company(book: Book, rule: Rule) -> Iterator[Problem]:
    seen, at = [rule.id], rule.goes_with
    while at and at not in seen:
        seen, at = [*seen, at], next((one.goes_with for one in book.ruleset.rules if one.id == at), "")
    if at == rule.id:
        message = f"{' goes with '.join([*seen, at])}; name a rule that does not go with this one"
        yield book.at_rule(rule.id, ("goes_with",), message, GOES_WITH_ITSELF)


def _steps(book: Book, rule: Rule, check: Sla) -> Iterator[Problem]:
    for i, step in enumerate(check.ladder):
        if check.target and step.at.side == "before" and step.at.length >= check.target:
            message = (
                f'"{step.at}" is no later than the beginning of the clock; make it shorter than the target'
            )
            yield book.at_rule(rule.id, ("check", "ladder", i, "at"), message, STEP_TOO_EARLY)


def manner_faults(book: Book) -> Iterator[Problem]:
    """Manners of boards for rules that are not for them."""
    rules = {rule.id: rule for rule in book.ruleset.rules}
    for board in book.ruleset.boards.values():
        for id_ in board.file.manners:
            rule = rules.get(id_)
            if rule and rule.applies_to.boards and board.id not in rule.applies_to.boards:
                message = f'the rule "{id_}" is not for this board; leave it out, or name the board there'
                path = ("manners", id_)
                yield book.boards[board.id].problem(path, message, NO_EFFECT, at_key=True)
