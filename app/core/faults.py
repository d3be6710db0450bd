"""What is wrong between the files of a ruleset: names that do not exist, one thing claimed twice, faulty texts."""

import re
from collections import defaultdict
from collections.abc import Iterable

from app.core.block_faults import block_faults
from app.core.board import Board
from app.core.checks.condition import OwnCondition
from app.core.checks.family import Family
from app.core.checks.lead_time import LeadTime
from app.core.checks.meeting import Meeting
from app.core.checks.moves import Moves
from app.core.checks.sla import Sla
from app.core.checks.threshold import Threshold
from app.core.checks.told import Told
from app.core.checks.wrong_board import WrongBoard
from app.core.clock_faults import clock_faults, role_faults
from app.core.codes import Code
from app.core.codes.behaviour import OWNED_STATE, OWNED_TWICE
from app.core.codes.files import BAD_TEXT, CLAIMED_TWICE, RESERVED_NAME
from app.core.codes.names import (
    NO_BOARD,
    NO_LABEL,
    NO_RULE,
    NO_TEMPLATE,
    NO_WORD,
    NOBODY_HOLDS,
)
from app.core.condition import Condition
from app.core.condition_faults import condition_faults
from app.core.document import Document, Path, one_of
from app.core.listing import OF_ALL
from app.core.problem import Problem
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.words import faults

RESERVED = frozenset({"adoption", "orders", "status"})
_WORDS, _ROLES = re.compile(r"\bwords\.(\w+)"), re.compile(r"\broles\.(\w+)")


def faults_across(ruleset: Ruleset) -> list[Problem]:
    """What is wrong between rules: names that do not exist, one label owned twice, unknown placeholders."""
    found: list[Problem] = []
    owners: dict[str, str] = {}
    states = set(ruleset.labels.state)
    clocks = {rule.id for rule in ruleset.rules if rule.check.kind == "sla"}
    for rule in ruleset.rules:
        document = ruleset.documents[rule.id]
        found += _unknown_names(rule, ruleset, document)
        found += _unknown_in_rule(rule, ruleset, document)
        found += _unknown_placeholders(rule, document)
        found += _faults_with_boards(rule, ruleset, document)
        for path, label in rule.check.state_names() if isinstance(rule.check, Moves) else ():
            if label not in states:
                message = f'"{label}" is no state label; {one_of(label, ruleset.labels.state)}'
                found.append(document.problem(("check", *path), message, NO_LABEL))
        for path, message, code in (*clock_faults(rule, ruleset), *role_faults(rule, ruleset)):
            found.append(document.problem(path, message, code))
        for path, message in condition_faults(rule, ruleset):
            found.append(document.problem(document.place(path), message))
        for path, label in rule.labels().items():
            owner = owners.setdefault(label, rule.id)
            shared = label in ruleset.labels.clocks and {rule.id, owner} <= clocks
            if owner != rule.id and not shared:
                message = f'the label "{label}" belongs to the rule {owner} already; one label, one rule'
                found.append(document.problem(path, message, OWNED_TWICE))
            if label in ruleset.labels.state:
                message = f'"{label}" says where a request stands; no rule may own it'
                found.append(document.problem(path, message, OWNED_STATE))
    return found


def _faults_with_boards(rule: Rule, ruleset: Ruleset, document: Document) -> list[Problem]:
    """What a rule needs of its boards, and they lack: roles for exceptions, words for texts."""
    found = []
    if rule.id in RESERVED:
        found.append(
            document.problem(("id",), f'"{rule.id}" is a name of our own; choose another', RESERVED_NAME)
        )
    named = rule.applies_to.boards or list(ruleset.boards)
    boards = [board for name, board in ruleset.boards.items() if name in named]
    for role in rule.exception.mentions if rule.exception else ():
        lacking = [b.id for b in boards if not b.file.roles.get(role)]
        if lacking:
            message = (
                f"nobody holds the role {role!r} on {', '.join(lacking)}; name them in the board's `roles`"
            )
            found.append(document.problem(("exception", "mentions"), message, NOBODY_HOLDS))
    for path, text in rule.texts().items():
        for name in sorted(set(_WORDS.findall(text))):
            lacking = [b.id for b in boards if name not in b.file.words]
            if lacking:
                message = f"the text needs the word {name!r} of {', '.join(lacking)}; give it in the board's `words`"
                found.append(document.problem(path, message, NO_WORD))
        for name in sorted(set(_ROLES.findall(text))):
            lacking = [b.id for b in boards if name not in {r.replace("-", "_") for r in b.file.roles}]
            if lacking:
                message = (
                    f"the text names the role {name!r} of {', '.join(lacking)}; name who holds it in `roles`"
                )
                found.append(document.problem(path, message, NOBODY_HOLDS))
    return found


def board_faults(ruleset: Ruleset, documents: dict[str, Document]) -> list[Problem]:
    """Rules, blocks and choices that board files name, and that do not exist."""
    rules = [rule.id for rule in ruleset.rules]
    found = []
    for board in ruleset.boards.values():
        document = documents[board.id]
        for id_ in board.file.manners:
            if id_ not in rules:
                message = f'unknown rule "{id_}"; {one_of(id_, rules)}'
                found.append(document.problem(("manners", id_), message, NO_RULE, at_key=True))
        places: list[tuple[Path, str, Iterable[str]]] = [
            ((key, i), heading, ())
            for key in ("insists_on", "before_meetings")
            for i, heading in enumerate(getattr(board.file, key))
        ]
        if by := board.file.calendar_by:
            places.append((("calendar_by", "block"), by.block, by.calendars))
        for path, heading, keys in places:
            found += [document.problem(path, *fault) for fault in block_faults(heading, keys, ruleset)]
    return found


def _unknown_names(rule: Rule, ruleset: Ruleset, document: Document) -> list[Problem]:
    known = {"boards": list(ruleset.boards), "templates": list(ruleset.templates)}
    found = []
    named: list[tuple[str, list[str], Code]] = [
        ("boards", rule.applies_to.boards, NO_BOARD),
        ("templates", rule.applies_to.templates, NO_TEMPLATE),
    ]
    for kind, names, code in named:
        for i, name in enumerate(names):
            if name not in known[kind]:
                message = f'unknown {kind[:-1]} "{name}"; {one_of(name, known[kind])}'
                found.append(document.problem(("applies_to", kind, i), message, code))
    if rule.goes_with and rule.goes_with not in ruleset.ids:
        message = f'unknown rule "{rule.goes_with}"; {one_of(rule.goes_with, [*ruleset.ids])}'
        found.append(document.problem(("goes_with",), message, NO_RULE))
    for name in rule.applies_to.where:
        if name not in (rule.applies_to.boards or known["boards"]):
            message = f'"{name}" is no board of this rule; {one_of(name, rule.applies_to.boards or known["boards"])}'
            found.append(document.problem(("applies_to", "where", name), message, NO_BOARD, at_key=True))
    for i, example in enumerate(rule.examples):
        if example.board not in ruleset.boards:
            message = f'unknown board "{example.board}"; {one_of(example.board, known["boards"])}'
            found.append(document.problem(("examples", i, "board"), message, NO_BOARD))
    return found


def _unknown_in_rule(rule: Rule, ruleset: Ruleset, document: Document) -> list[Problem]:
    """Boards, templates, blocks and choices that a rule names and that do not exist, and roles that nobody holds."""
    check, found = rule.check, []
    if isinstance(check, WrongBoard):
        for path, name in check.board_names():
            if name not in ruleset.boards:
                message = f'unknown board "{name}"; {one_of(name, list(ruleset.boards))}'
                found.append(document.problem(("check", *path), message, NO_BOARD))
    if isinstance(check, Family | LeadTime | Meeting | Sla | WrongBoard):
        for path, heading, keys in check.block_names():
            found += [
                document.problem(("check", *path), *fault) for fault in block_faults(heading, keys, ruleset)
            ]
    if isinstance(check, WrongBoard):
        for i, row in enumerate(check.rows):
            if row.template and row.template not in ruleset.templates:
                message = (
                    f'unknown template "{row.template}"; {one_of(row.template, list(ruleset.templates))}'
                )
                found.append(document.problem(("check", "rows", i, "template"), message, NO_TEMPLATE))
    if isinstance(check, Moves) and check.discovery not in ruleset.templates:
        message = f'unknown template "{check.discovery}"; {one_of(check.discovery, list(ruleset.templates))}'
        found.append(document.problem(("check", "discovery"), message, NO_TEMPLATE))
    if isinstance(check, Threshold):
        faults_found = block_faults(check.block, (), ruleset)
        found += [document.problem(("check", "block"), *fault) for fault in faults_found]
    places: list[tuple[Path, list[Condition]]] = [
        (("applies_to", "where", name), conditions) for name, conditions in rule.applies_to.where.items()
    ]
    for key in () if isinstance(check, OwnCondition) else ("when", "unless"):
        places.append((("check", key), getattr(check, key, [])))
    for place, conditions in places:
        for condition in conditions:
            if condition.block:
                faulty = block_faults(condition.block, condition.says, ruleset)
                found += [document.problem(place, *fault) for fault in faulty]
    if isinstance(check, Told):
        boards = rule.applies_to.boards or list(ruleset.boards)
        lacking = [
            name
            for name in boards
            if name in ruleset.boards and not ruleset.boards[name].file.roles.get(check.role)
        ]
        if lacking:
            message = f"nobody holds the role {check.role!r} on {', '.join(lacking)}; name them in the board's `roles`"
            found.append(document.problem(("check", "role"), message, NOBODY_HOLDS))
    return found


KEPT = ("status", "advice")  # texts that are kept up: in them nothing depends on when the bot looks


def _unknown_placeholders(rule: Rule, document: Document) -> list[Problem]:
    known = rule.check.PLACEHOLDERS | {"words", "roles"}
    of_all = faults(rule.summary_issue.text, OF_ALL) if rule.summary_issue else []
    return [document.problem(("summary_issue", "text"), str(fault), BAD_TEXT) for fault in of_all] + [
        document.problem(path, str(fault), BAD_TEXT)
        for path, text in rule.texts().items()
        for fault in faults(text, known if path[-1] in KEPT else known | rule.placeholders)
    ]


def duplicate_projects(boards: dict[str, Board], documents: dict[str, Document]) -> list[Problem]:
    """Two boards of one project: nobody could tell which one an issue is on."""
    by_project = defaultdict(list)
    for board in boards.values():
        by_project[board.file.project.casefold()].append(board.id)
    return [
        documents[ids[1]].problem(("project",), f"the board {ids[0]} has this project already", CLAIMED_TWICE)
        for ids in by_project.values()
        if len(ids) > 1
    ]
