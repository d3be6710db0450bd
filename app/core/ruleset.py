"""Everything that decides: boards, labels, templates and rules, checked against each other."""

from collections import defaultdict
from dataclasses import dataclass, field

from app.core.board import Board
from app.core.document import Document, one_of
from app.core.facts import Facts, LabelsFile
from app.core.model import Issue
from app.core.problem import Problem
from app.core.rule import Rule, placeholders
from app.core.template import Template


@dataclass(frozen=True, repr=False)
class Ruleset:
    """Loaded rules. `documents` tell where each rule stands, by rule id; `version` changes with any of the files."""

    version: str
    boards: dict[str, Board]
    labels: LabelsFile
    templates: dict[str, Template]
    rules: tuple[Rule, ...]
    documents: dict[str, Document] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Ruleset {self.version}>"

    def board_of(self, issue: Issue) -> Board | None:
        """The board whose project the issue is in."""
        return self.boards_by_project.get(issue.project.casefold())

    @property
    def active_boards(self) -> dict[str, Board]:
        """The boards that are looked after, by id."""
        return {name: board for name, board in self.boards.items() if board.file.active}

    @property
    def boards_by_project(self) -> dict[str, Board]:
        """The boards that are looked after, by their project's path without regard to case."""
        return {board.file.project.casefold(): board for board in self.active_boards.values()}

    def source(self, rule: Rule) -> str:
        """Where the rule stands: `rules/late-activity.yaml:1`."""
        document = self.documents.get(rule.id)
        return f"{document.file}:{document.values.get(('check',), (1, 1))[0]}" if document else rule.id

    def why_not(self, rule: Rule, facts: Facts) -> str:
        """Why the rule is not for this issue; empty when it is."""
        boards, templates = rule.applies_to.boards, rule.applies_to.templates
        if boards and facts.board.id not in boards:
            return f"not for the board {facts.board.id}"
        if templates and facts.match.template.name not in templates:
            return f"not for the template {facts.match.template.name}"
        if facts.issue.state == "closed" and not rule.check.ALSO_CLOSED:
            return "the issue is closed"
        return ""


def faults_across(ruleset: Ruleset) -> list[Problem]:
    """What is wrong between rules: names that do not exist, one label owned twice, unknown placeholders."""
    found: list[Problem] = []
    owners: dict[str, str] = {}
    states = set(ruleset.labels.state)
    for rule in ruleset.rules:
        document = ruleset.documents[rule.id]
        found += _unknown_names(rule, ruleset, document)
        found += _unknown_placeholders(rule, document)
        for i, label in enumerate(getattr(rule.check, "states", [])):
            if label not in states:
                message = f'"{label}" is no state label; {one_of(label, ruleset.labels.state)}'
                found.append(document.problem(("check", "states", i), message))
        for i, label in enumerate(rule.while_failing.labels):
            if label in owners:
                message = (
                    f'the label "{label}" belongs to the rule {owners[label]} already; one label, one rule'
                )
                found.append(document.problem(("while_failing", "labels", i), message))
            owners.setdefault(label, rule.id)
            if label in ruleset.labels.state:
                message = f'"{label}" says where a request stands; no rule may own it'
                found.append(document.problem(("while_failing", "labels", i), message))
    return found


def _unknown_names(rule: Rule, ruleset: Ruleset, document: Document) -> list[Problem]:
    known = {"boards": list(ruleset.boards), "templates": list(ruleset.templates)}
    found = []
    for kind, names in (("boards", rule.applies_to.boards), ("templates", rule.applies_to.templates)):
        for i, name in enumerate(names):
            if name not in known[kind]:
                message = f'unknown {kind[:-1]} "{name}"; {one_of(name, known[kind])}'
                found.append(document.problem(("applies_to", kind, i), message))
    for i, example in enumerate(rule.examples):
        if example.board not in ruleset.boards:
            message = f'unknown board "{example.board}"; {one_of(example.board, known["boards"])}'
            found.append(document.problem(("examples", i, "board"), message))
    return found


def _unknown_placeholders(rule: Rule, document: Document) -> list[Problem]:
    allowed = rule.check.PLACEHOLDERS
    found = []
    for path, text in rule.texts().items():
        try:
            unknown = sorted(placeholders(text) - allowed)
        except ValueError as error:
            found.append(document.problem(path, f"faulty placeholder: {error}; write {{{{ for a brace"))
            continue
        for name in unknown:
            found.append(
                document.problem(path, f'unknown placeholder "{name}"; {one_of(name, sorted(allowed))}')
            )
    return found


def duplicate_projects(boards: dict[str, Board], documents: dict[str, Document]) -> list[Problem]:
    """Two boards of one project: nobody could tell which one an issue is on."""
    by_project = defaultdict(list)
    for board in boards.values():
        by_project[board.file.project.casefold()].append(board.id)
    return [
        documents[ids[1]].problem(("project",), f"the board {ids[0]} has this project already")
        for ids in by_project.values()
        if len(ids) > 1
    ]
