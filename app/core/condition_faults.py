"""What is wrong between a rule's own condition, what it does once, and the rest of the ruleset."""

from collections.abc import Iterator

from app.core.block_faults import block_faults
from app.core.board import Board
from app.core.checks.condition import OwnCondition
from app.core.clock_faults import SOME_DAY
from app.core.conditions.ages import AgeIs
from app.core.conditions.fields import FieldSays
from app.core.conditions.globs import fits
from app.core.conditions.people import AssigneeIn, AuthorIn
from app.core.conditions.shapes import ROLE
from app.core.conditions.tree import walk
from app.core.document import Path, one_of
from app.core.does import Does, DueIn
from app.core.months import Months
from app.core.rule import Rule
from app.core.ruleset import Ruleset

Fault = tuple[Path, str]


def condition_faults(rule: Rule, ruleset: Ruleset) -> Iterator[Fault]:
    """The faults of the rule's own condition and of what it does once, with their places; the way to them may name an
    `all` that the text leaves out."""
    if isinstance(rule.check, OwnCondition):
        yield from _in_condition(rule, rule.check, ruleset)
        if rule.while_failing.repair:
            yield ("while_failing", "repair"), "a condition repairs nothing; say what to do under does"
    if rule.does:
        yield from _in_labels(rule.does, ruleset)
        yield from _in_places(rule.does, rule, ruleset)


def boards_of(rule: Rule, ruleset: Ruleset) -> list[Board]:
    """The boards that the rule is for."""
    named = rule.applies_to.boards or list(ruleset.boards)
    return [ruleset.boards[name] for name in named if name in ruleset.boards]


def _in_condition(rule: Rule, check: OwnCondition, ruleset: Ruleset) -> Iterator[Fault]:
    boards = boards_of(rule, ruleset)
    for path, part in walk(check.when, ("check", "when")):
        match part:
            case FieldSays(field=field):
                for fault, _code in block_faults(field.block, field.says, ruleset):
                    yield (*path, "field", "block"), fault
            case AuthorIn(author_in=groups) | AssigneeIn(assignee_in=groups):
                key = "author_in" if isinstance(part, AuthorIn) else "assignee_in"
                for i, group in enumerate(groups):
                    if group.startswith(ROLE):
                        yield from _lacking((*path, key, i), group.removeprefix(ROLE), boards)
            case AgeIs():
                yield from _never(path, part, boards)


def _lacking(path: Path, role: str, boards: list[Board]) -> Iterator[Fault]:
    """A role that nobody holds on one of the boards."""
    lacking = [board.id for board in boards if not board.file.roles.get(role)]
    if lacking:
        yield (
            path,
            f"nobody holds the role {role!r} on {', '.join(lacking)}; name them in the board's `roles`",
        )


def _never(path: Path, part: AgeIs, boards: list[Board]) -> Iterator[Fault]:
    """An age that the calendar of a board does not reach within a lifetime."""
    key = "at_least" if part.age.at_least else "less_than"
    length = part.age.length
    if isinstance(length, Months):  # by the calendar of the year, which goes on
        return
    for board in boards:
        try:
            board.counting(part.age.count).add(SOME_DAY, length)
        except OverflowError as error:
            yield (
                (*path, "age", key),
                f"by the calendar of {board.id} it is {error}; write a shorter time",
            )


def _in_labels(does: Does, ruleset: Ruleset) -> Iterator[Fault]:
    """Labels that are not for a rule to put on or take off like this."""
    owners = {label: rule.id for rule in ruleset.rules for label in rule.owns}
    file = ruleset.labels
    for key, patterns in (("add_labels", does.add_labels), ("remove_labels", does.remove_labels)):
        for i, pattern in enumerate(patterns):
            plain = key == "add_labels"
            for label in (
                [pattern] if plain else [n for n in (*file.state, *owners, file.off) if fits(pattern, n)]
            ):
                place: Path = ("does", key, i)
                if label in file.state:
                    yield place, f'"{label}" says where a request stands, which is for people to say'
                elif label in owners:
                    yield (
                        place,
                        f'the label "{label}" belongs to the rule {owners[label]}; one label, one rule',
                    )
                elif label in (file.off, file.on):
                    yield place, f'"{label}" is for people to tell the bot something'


def _in_places(does: Does, rule: Rule, ruleset: Ruleset) -> Iterator[Fault]:
    """People and boards that what it does is for, and dates that never come."""
    boards = boards_of(rule, ruleset)
    if does.assign and does.assign.startswith(ROLE):
        yield from _lacking(("does", "assign"), does.assign.removeprefix(ROLE), boards)
    if does.assign and any(does.assign.casefold() in board.escalation for board in boards):
        yield ("does", "assign"), f"{does.assign} is told of breaches, and is never assigned by the bot"
    if isinstance(does.due_date, DueIn):
        for board in boards:
            try:
                board.counting(does.due_date.count).add(SOME_DAY, does.due_date.in_)
            except OverflowError as error:
                yield (
                    ("does", "due_date"),
                    f"by the calendar of {board.id} it is {error}; write a shorter time",
                )
    if does.move:
        board_ = ruleset.boards.get(does.move)
        if board_ is None:
            yield ("does", "move"), f'unknown board "{does.move}"; {one_of(does.move, list(ruleset.boards))}'
        elif board_.file.watched or not board_.file.active:
            yield ("does", "move"), f"the board {does.move} is not looked after; nothing can be moved there"
