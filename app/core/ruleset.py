"""Everything that decides: boards, labels, templates and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.core.board import Board
from app.core.board_rules import BoardRules, board_rules
from app.core.calendar import Calendar
from app.core.checks.wrong_board import WrongBoard
from app.core.document import Document
from app.core.labels_file import LabelsFile
from app.core.limits import Limit
from app.core.listing import SummaryIssue
from app.core.model import Issue
from app.core.quarter import USUAL, Quarters
from app.core.readings import Readings
from app.core.rule import Rule
from app.core.template import BlockSpec, Template
from app.core.texts import Texts


@dataclass(frozen=True, repr=False)
class Ruleset:
    """Loaded rules. `documents` tell where each rule stands, by rule id; `version` changes with any of the files."""

    version: str
    boards: dict[str, Board]
    labels: LabelsFile
    templates: dict[str, Template]
    rules: tuple[Rule, ...]
    texts: Texts
    documents: dict[str, Document] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    quarters: Quarters = USUAL
    # What descriptions were read to say by these boards and templates; gone with them when rules are loaded anew.
    readings: Readings = field(default_factory=Readings, init=False, compare=False)
    _on_boards: dict[str, BoardRules] = field(default_factory=dict, init=False, compare=False)

    def __repr__(self) -> str:
        return f"<Ruleset {self.version}>"

    def board_of(self, issue: Issue) -> Board | None:
        """The board whose project the issue is in."""
        return self.boards_by_project.get(issue.project.casefold())

    @property
    def active_boards(self) -> dict[str, Board]:
        """The boards that are looked after, by id."""
        return {name: board for name, board in self.boards.items() if board.file.active}

    @cached_property
    def boards_by_project(self) -> dict[str, Board]:
        """The boards that are looked after, by their project's path without regard to case."""
        return {board.file.project.casefold(): board for board in self.active_boards.values()}

    @cached_property
    def all_by_project(self) -> dict[str, Board]:
        """Every board by its project's path, those that are not looked after (any more) as well."""
        return {board.file.project.casefold(): board for board in self.boards.values()}

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The rules' ids, in their order."""
        return tuple(rule.id for rule in self.rules)

    @cached_property
    def blocks(self) -> dict[str, list[BlockSpec]]:
        """The blocks of all templates by their keys."""
        found: dict[str, list[BlockSpec]] = {}
        for template in self.templates.values():
            for block in template.file.blocks:
                found.setdefault(block.key, []).append(block)
        return found

    @cached_property
    def owned(self) -> frozenset[str]:
        """The labels that rules own."""
        return frozenset(label for rule in self.rules for label in rule.owns)

    @cached_property
    def limits(self) -> dict[str, Limit]:
        """The rules that do only so much at a time, by id."""
        return {rule.id: rule.limit for rule in self.rules if rule.limit}

    @cached_property
    def sweeps_only(self) -> frozenset[str]:
        """The rules of which something is done that takes a sweep: it sees all that they find."""
        return frozenset(self.limits) | frozenset(self.summaries)

    @cached_property
    def summaries(self) -> dict[str, SummaryIssue]:
        """The rules that keep an issue which lists what they find, by id."""
        return {rule.id: rule.summary_issue for rule in self.rules if rule.summary_issue}

    @cached_property
    def families(self) -> frozenset[str]:
        """How the labels of families are called, with a star for their ends."""
        return frozenset(f"{rule.check.prefix}*" for rule in self.rules if rule.check.kind == "family")

    @cached_property
    def groups_named(self) -> frozenset[str]:
        """The groups of GitLab's that rules name, whose members must be known beside those of the boards."""
        checks = [rule.check for rule in self.rules]
        return frozenset().union(*(check.groups for check in checks if check.kind == "condition"))

    @cached_property
    def sources(self) -> dict[str, str]:
        """Where each rule stands, by its id: `rules/late-activity.yaml:1`."""
        return {rule.id: self._source(rule.id) for rule in self.rules}

    def _source(self, rule: str) -> str:
        document = self.documents.get(rule)
        return f"{document.file}:{document.values.get(('check',), (1, 1))[0]}" if document else rule

    def rules_on(self, board: Board) -> BoardRules:
        """The rules as they are on that board."""
        found = self._on_boards.get(board.id)
        if found is None:
            found = self._on_boards[board.id] = board_rules(self.rules, self.sources, board)
        return found


def sending(rule: Rule, boards: Mapping[str, Board]) -> Rule:
    """The rule; one that sends requests to boards knows from now on which take any: looked after, not only watched."""
    if not isinstance(rule.check, WrongBoard):
        return rule
    taking = {name: b for name, b in boards.items() if b.file.active and not b.file.watched}
    return rule.model_copy(update={"check": rule.check.knowing(taking)})
