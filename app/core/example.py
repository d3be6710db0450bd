"""A rule's examples, run: the history as an issue, the plan at the instant, and what it should have been."""

from dataclasses import replace
from datetime import date

from app.core.board import Board, Person
from app.core.document import Document
from app.core.evaluate import evaluate
from app.core.plan import Action, Change, Move, OpenIssue, Plan, Summon
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
    document = ruleset.documents[rule.id]
    ruleset = in_the_cast(ruleset)
    ruleset = replace(ruleset, rules=tuple(_by_today(r) for r in ruleset.rules))
    found = []
    for i, example in enumerate(rule.examples):
        problem = _run(ruleset, rule, example, document, i)
        if problem:
            found.append(problem)
    return found


def in_the_cast(ruleset: Ruleset) -> Ruleset:
    """The ruleset with the people of the examples on every board."""
    return replace(ruleset, boards={name: _with_cast(board) for name, board in ruleset.boards.items()})


def _by_today(rule: Rule) -> Rule:
    """The rule without the terms of earlier days."""
    if rule.check.kind != "sla" or not rule.check.earlier:
        return rule
    return rule.model_copy(update={"check": rule.check.model_copy(update={"earlier": []})})


def _with_cast(board: Board) -> Board:
    people = {"sas": [Person(name=name) for name in SAS], "escalation": ESCALATION}
    people |= {"roles": {role: [role] for role in board.file.roles}}
    file = board.file.model_copy(
        update={**people, "since": date.min, "active": True, "watched": False, "manners": {}}
    )
    return replace(board, file=file)


def _run(ruleset: Ruleset, rule: Rule, example: Example, document: Document, i: int) -> Problem | None:
    try:
        board = ruleset.boards[example.board]
        if example.manner:
            file = board.file.model_copy(update={"manners": {rule.id: example.manner}})
            ruleset = replace(ruleset, boards=ruleset.boards | {board.id: replace(board, file=file)})
        project = board.file.project
        issue = parse(example.timeline, ruleset.templates, project=project)
        plan = evaluate(issue, ruleset, read_instant(example.now))
    except TimelineError as error:
        return document.problem(("examples", i, "timeline"), f"line {error.line} of the timeline: {error}")
    except Unsettled as error:
        return document.problem(("examples", i), str(error))
    except ValueError as error:
        return document.problem(("examples", i, "now"), str(error))
    got = effects(plan, rule)
    if got == sorted(example.expect):
        return None
    reason = next((o.reason for o in plan.outcomes if o.rule == rule.id), plan.silent)
    message = f'example "{example.name}": expected {_listed(example.expect)}, got {_listed(got)} ({reason})'
    return document.problem(("examples", i, "expect"), message)


def effects(plan: Plan, rule: Rule) -> list[str]:
    """What the rule does in the plan, in the words of `expect`, sorted."""
    found = {_effect(a) for a in plan.actions if a.rule == rule.id}
    failing = any(o.rule == rule.id for o in plan.findings)
    if failing and not plan.silent and rule.while_failing.status:
        found.add("ask")
    if failing and not plan.silent and rule.while_failing.advice:
        found.add("advise")
    return sorted(found)


def _effect(action: Action) -> str:
    if isinstance(action, Change | Move):
        return str(action)
    match action:
        case Summon():
            return "summon"
        case OpenIssue():
            return "issue"
        case _:
            return "note"


def _listed(effects: list[str]) -> str:
    return ", ".join(sorted(effects)) or "nothing"
