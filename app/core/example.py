"""A rule's examples, run: the history as an issue, the plan at the instant, and what it should have been."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.core.board import Board, Person
from app.core.codes.behaviour import EXAMPLE_FAILS, EXAMPLE_UNREADABLE, NEVER_SETTLES
from app.core.document import Document
from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Action, Change, Move, OpenIssue, Plan, Reply, Summon
from app.core.problem import Problem, Unsettled
from app.core.rule import Example, Rule
from app.core.ruleset import Ruleset
from app.core.timeline import TimelineError, parse, read_instant

SAS, ESCALATION = ["sam", "sofia"], ["maria"]


def run_examples(ruleset: Ruleset, rule: Rule) -> list[Problem]:
    """The examples of the rule that do not come out as they say.

    In examples sam and sofia are the board's SAs and maria its escalation, whoever really works there; each role is
    held by a user of its own name; rules go as far as they say, no board is only watched, and no request is older than
    it: so a rule's examples hold on anybody's boards. Clocks run by today's terms, whatever day an example is set in:
    so its examples say what a rule promises now, and keeping the past of a clock changes none of them.
    """
    return [problem for _, problem in looked_at(ruleset, rule) if problem]


def looked_at(ruleset: Ruleset, rule: Rule, board: str = "") -> Iterator[tuple[Plan | None, Problem | None]]:
    """The same for each example (of that board, where one is named): what was planned, and what is wrong with it."""
    document = ruleset.documents[rule.id]
    ruleset = by_the_cast(ruleset)
    for i, example in enumerate(rule.examples):
        if board in ("", example.board):
            played = play(ruleset, rule, i, document)
            if isinstance(played, Problem):
                yield None, played
            else:
                yield played.plan, failure(played, rule, i, document)


def in_the_cast(ruleset: Ruleset) -> Ruleset:
    """The ruleset with the people of the examples on every board, and nothing that a board wants otherwise."""
    freely = {"watched": False, "manners": {}}
    return replace(ruleset, boards={name: with_cast(board, freely) for name, board in ruleset.boards.items()})


def _by_today(rule: Rule) -> Rule:
    """The rule without the terms of earlier days."""
    if rule.check.kind != "sla" or not rule.check.earlier:
        return rule
    return rule.model_copy(update={"check": rule.check.model_copy(update={"earlier": []})})


def with_cast(board: Board, more: Mapping[str, object] | None = None) -> Board:
    """The board with the people of the examples, and as if it had always been looked after."""
    people = {"sas": [Person(name=name) for name in SAS], "escalation": ESCALATION}
    people |= {"roles": {role: [role] for role in board.file.roles}}
    update = {**people, "since": date.min, "active": True, **(more or {})}
    return replace(board, file=board.file.model_copy(update=update))


@dataclass(frozen=True)
class Played:
    """An example, played: its issue, and what is done by all rules of the ruleset."""

    example: Example
    issue: Issue
    plan: Plan
    ruleset: Ruleset


def by_the_cast(ruleset: Ruleset) -> Ruleset:
    """The ruleset as examples are played by: with their people, and by today's terms."""
    ruleset = in_the_cast(ruleset)
    return replace(ruleset, rules=tuple(_by_today(r) for r in ruleset.rules))


def play(ruleset: Ruleset, rule: Rule, i: int, document: Document) -> Played | Problem:
    """The rule's example of that number, played by a ruleset of the cast; or why it cannot be."""
    example = rule.examples[i]
    try:
        board = ruleset.boards[example.board]
        if example.manner:
            file = board.file.model_copy(update={"manners": {rule.id: example.manner}})
            ruleset = replace(ruleset, boards=ruleset.boards | {board.id: replace(board, file=file)})
        project = board.file.project
        issue = parse(example.timeline, ruleset.templates, project=project)
        return Played(example, issue, evaluate(issue, ruleset, read_instant(example.now)), ruleset)
    except TimelineError as error:
        message = f"line {error.line} of the timeline: {error}"
        return document.problem(("examples", i, "timeline"), message, EXAMPLE_UNREADABLE)
    except Unsettled as error:
        return document.problem(("examples", i), str(error), NEVER_SETTLES)
    except ValueError as error:
        return document.problem(("examples", i, "now"), str(error), EXAMPLE_UNREADABLE)


def failure(played: Played, rule: Rule, i: int, document: Document) -> Problem | None:
    """Where the example does not come out as it says."""
    example, plan = played.example, played.plan
    got = effects(plan, rule)
    if got == sorted(example.expect):
        return None
    reason = next((o.reason for o in plan.outcomes if o.rule == rule.id), plan.silent)
    message = f'example "{example.name}": expected {_listed(example.expect)}, got {_listed(got)} ({reason})'
    return document.problem(("examples", i, "expect"), message, EXAMPLE_FAILS)


def effects(plan: Plan, rule: Rule) -> list[str]:
    """What the rule does in the plan, in the words of `expect`, sorted."""
    found = done_by(plan, rule.id)
    failing = any(o.rule == rule.id for o in plan.findings)
    if failing and not plan.silent and rule.while_failing.status:
        found.add("ask")
    if failing and not plan.silent and rule.while_failing.advice:
        found.add("advise")
    return sorted(found)


def done_by(plan: Plan, rule: str) -> set[str]:
    """What is done in its name, which may be that of no rule: `orders` answers orders."""
    lists = {"list"} if any(one.rule == rule for one in plan.listed) else set()
    return {_effect(action) for action in plan.actions if action.rule == rule} | lists


def _effect(action: Action) -> str:
    if isinstance(action, Change | Move):
        return str(action)
    match action:
        case Summon():
            return "summon"
        case Reply():
            return "reply"
        case OpenIssue():
            return "issue"
        case _:
            return "note"


def _listed(effects: list[str]) -> str:
    return ", ".join(sorted(effects)) or "nothing"
