"""Boards as their files say they are, compared with how GitLab has them. What GitLab says is handed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.core.board import Board
from app.core.checks.sla import Sla
from app.core.codes.gitlab import (
    ARCHIVED,
    BOT_IS_NAMED,
    GROUP_UNSEEN,
    LABEL_MISSING,
    NO_MEMBER,
    NO_PROJECT,
    NO_SUCH_USER,
    ROLE_TOO_LOW,
    TEMPLATE_DIFFERS,
    TEMPLATE_MISSING,
)
from app.core.document import Document, Path, one_of
from app.core.lint.book import Book
from app.core.lint.described import effects_of
from app.core.problem import Problem
from app.core.rule import Rule
from app.core.setup.comparing import missing_labels, same_text
from app.core.template import Template

PLANNER = 15  # https://docs.gitlab.com/api/access_requests/#valid-access-levels
STATE_KINDS = frozenset({"answered_wait", "exclusive_labels", "moves", "unowned"})


@dataclass(frozen=True)
class Place:
    """A board's project as the bot sees it; `levels` are the roles of its members, inherited ones too, by usernames in
    lower case. `unknown` are people whom GitLab does not know, `unseen` groups that it does not show."""

    found: bool = True
    archived: bool = False
    labels: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()


def named_people(board: Board) -> dict[str, Path]:
    """Everybody whom the board's file names, with the first place of each."""
    file = board.file
    found: list[tuple[str, Path]] = [(person.name, ("sas", i)) for i, person in enumerate(file.sas)]
    found += [(name, ("escalation", i)) for i, name in enumerate(file.escalation)]
    found += [
        (name, ("roles", role, i)) for role, names in file.roles.items() for i, name in enumerate(names)
    ]
    first: dict[str, Path] = {}
    for name, path in found:
        first.setdefault(name, path)
    return first


def place_faults(
    board: Board, place: Place, book: Book, bots: frozenset[str], *, admin: bool = False
) -> Iterator[Problem]:
    """Where the board's files do not agree with GitLab. `bots` are the bot's usernames, the token's own first of all;
    `admin`: the token may do everything."""
    document = book.boards[board.id]
    if not place.found:
        message = (
            f"GitLab shows the bot no project {board.file.project}; correct the path, or add the bot to it"
        )
        yield document.problem(("project",), message, NO_PROJECT)
        return
    if place.archived:
        yield document.problem(("project",), "the project is archived; set `active: false`", ARCHIVED)
        return
    if not (board.file.watched or admin or _level(bots, place) >= PLANNER):
        message = "the bot may not change labels and assignees there; give it the Planner role at least"
        yield document.problem(("project",), message, ROLE_TOO_LOW)
    yield from _people(board, place, document, bots)
    yield from _templates(board, place, book)


def _level(bots: frozenset[str], place: Place) -> int:
    return max((place.levels.get(name.casefold(), 0) for name in bots), default=0)


def _people(board: Board, place: Place, document: Document, bots: frozenset[str]) -> Iterator[Problem]:
    ours = {name.casefold() for name in bots}
    for name, path in named_people(board).items():
        if "/" in name:
            if name in place.unseen:
                message = (
                    f"GitLab shows the bot no group {name}; correct the path, or add the bot to it as a guest"
                )
                yield document.problem(path, message, GROUP_UNSEEN)
        elif name.casefold() in ours:
            message = f"{name} is the bot, whose acts count for nothing; name a person"
            yield document.problem(path, message, BOT_IS_NAMED)
        elif name in place.unknown:
            known = one_of(name, list(place.levels)) if len(place.levels) else "look it up in GitLab"
            message = (
                f'GitLab knows no "{name}"; {known if "did you mean" in known else "correct the username"}'
            )
            yield document.problem(path, message, NO_SUCH_USER)
        elif name.casefold() not in place.levels and not board.file.watched:
            message = f"{name} is no member of {board.file.project}; add them there, or to a group above it"
            yield document.problem(path, message, NO_MEMBER)


def label_faults(places: Mapping[str, Place], book: Book) -> Iterator[Problem]:
    """Labels of rules that projects lack, each told once; `places` are by the board's id."""
    boards = [book.ruleset.boards[id_] for id_, p in places.items() if p.found and not p.archived]
    told: set[str] = set()
    for rule in book.ruleset.rules:
        here = [b for b in book.boards_of(rule) if b in boards and not b.file.watched]
        named = sorted(_named(rule, book) - told)
        compared = {b.file.project: missing_labels(named, places[b.id].labels) for b in here}
        for name in named:
            lacking = [project for project, names in compared.items() if name in names.lacking]
            otherwise = [project for project, names in compared.items() if name in names.otherwise]
            if lacking:
                message = f'no label "{name}" in {", ".join(lacking)}, nor above; make it in a group above all of them'
                yield book.at_text(rule.id, name, message, LABEL_MISSING)
            if otherwise:
                other = compared[otherwise[0]].otherwise[name]
                message = f'the label "{name}" is written "{other}" in {", ".join(otherwise)}; rename it there or here'
                yield book.at_text(rule.id, name, message, LABEL_MISSING)
            told |= {name} if lacking or otherwise else set()


def _named(rule: Rule, book: Book) -> set[str]:
    """The labels that the rule reads or writes on an issue; those with stars stand for others."""
    effects = effects_of(rule)
    facts = (*frozenset().union(*effects.ways), *effects.writes)
    found = {fact.name for fact in facts if fact.about == "label"}
    if isinstance(rule.check, Sla):
        check = rule.check
        moments = [*check.starts, *check.answered_by, *check.restarts]
        found |= {*check.paused_while, *(name[1:] for name in moments if name[0] in "+-")}
        found |= {check.expedite.label} if check.expedite else set()
    if rule.check.kind in STATE_KINDS:
        found |= {*book.ruleset.labels.state}
    return {name for name in found if name and "*" not in name}


def _templates(board: Board, place: Place, book: Book) -> Iterator[Problem]:
    if board.file.template not in place.templates and not board.file.watched:
        message = f'the project has no issue template "{board.file.template}"; add it to .gitlab/issue_templates there'
        yield book.boards[board.id].problem(("template",), message, TEMPLATE_MISSING)
    for name, text in place.templates.items():
        ours = book.ruleset.templates.get(name)
        if ours and not same_text(text, ours.text):
            yield book.templates[name].problem((), _differs(ours, text, board), TEMPLATE_DIFFERS)


def _differs(ours: Template, text: str, board: Board) -> str:
    earlier = any(same_text(text, old) for old in ours.earlier)
    which = "an earlier version of it" if earlier else "another text"
    return f"{board.file.project} has {which}; copy {ours.name}.md to .gitlab/issue_templates there"
