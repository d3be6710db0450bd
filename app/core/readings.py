"""What people's texts say, read once: the template that a description follows, its answers, and what they lack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from app.core.answers import Answer, Gap, gaps, read_answers
from app.core.board import Board
from app.core.lazily import lazily
from app.core.model import Issue
from app.core.remembered import Remembered
from app.core.sections import heading_key, sections
from app.core.template import Match, Template, find_template
from app.core.text import Ours
from app.core.validators import About

T = TypeVar("T")
MOST, SIZE, LONGEST = 10_000, 40_000_000, 100_000  # descriptions; characters of all of them, and of one


@dataclass(frozen=True)
class Known:
    """What follows for rules from a description with these labels on, and with somebody assigned or nobody (`owned`):
    which find nothing, each with why (`still`), which have to look (`looking`), and what is to be said of all others
    (`outcomes`, by their ids). `by` found it out."""

    by: object
    labels: frozenset[str]
    owned: bool
    outcomes: Mapping[str, Any]
    still: tuple[tuple[Any, str], ...]
    looking: tuple[Any, ...]


@dataclass(frozen=True)
class Description:
    """A request's description as its board reads it; `board` is the part of the board whose calendar counts for it.

    It stays as it is while nobody edits it, and so does all that follows from it alone, which is worked out once.
    """

    text: str
    board: Board
    match: Match
    answers: tuple[Answer, ...]
    _once: dict[int, tuple[object, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, who: object, work: Callable[[], T]) -> T:
        """What somebody makes of the description and of nothing else: worked out once."""
        known = self._once.get(id(who))
        if known is None:  # it is kept with whoever made it, so that nobody else can have the same id
            known = self._once[id(who)] = (who, work())
        found: T = known[1]
        return found

    @lazily
    def by_key(self) -> dict[str, Answer]:
        """The answers by their block's key."""
        return {answer.block.key: answer for answer in self.answers}

    @lazily
    def note(self) -> dict[str, tuple[object, str]]:
        """The status note as it was last put together, by its source, with all else that it was made of."""
        return {}

    @lazily
    def known(self) -> dict[int, Known]:
        """What follows from it for rules, by the id of who found that out."""
        return {}

    @lazily
    def said(self) -> dict[str | tuple[str, ...], tuple[object, Ours]]:
        """The lines about this request as they were last put together, by their texts, with what they were made of."""
        return {}

    @lazily
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing or not enough."""
        return gaps(self.answers, self.match.template)

    @lazily
    def required(self) -> tuple[Gap, ...]:
        """What of it an SA cannot start without."""
        return tuple(gap for gap in self.gaps if gap.severity == "required")

    @lazily
    def understood(self) -> tuple[tuple[str, str], ...]:
        """What was read in each block that says anything, by its heading."""
        return tuple((a.block.heading, a.shown) for a in self.answers if not a.missing)


class Readings:
    """Descriptions, each read once: again only when it is edited, or when board or templates are others."""

    def __init__(self) -> None:
        self.keep(MOST)

    def keep(self, most: int) -> None:
        """Keeps so many at most from now on, and nothing of what there is; for whoever looks at each issue once."""
        self._kept: Remembered[tuple[Board, Mapping[str, Template], Description]]
        self._kept = Remembered(most, SIZE, LONGEST)
        self._discovered: Remembered[tuple[Board, Template, tuple[Answer, ...]]]
        self._discovered = Remembered(most, SIZE, LONGEST)

    def __len__(self) -> int:
        return len(self._kept)

    def description(
        self, issue: Issue, board: Board, templates: dict[str, Template], written_at: datetime
    ) -> Description:
        """What the issue's description says on that board; dates in it count from when it was written."""
        # A board and its templates are told by what they are, not by their names. What is kept holds on to both, so
        # that no other can take their place.
        key = (id(board), id(templates), issue.reference, written_at, issue.description)
        kept = self._kept.get(
            key, len(issue.description), lambda: (board, templates, read(issue, board, templates, written_at))
        )
        return kept[2]

    def discovered(
        self, text: str, template: Template, board: Board, written_at: datetime, *, comment: bool
    ) -> tuple[Answer, ...]:
        """What a text says in the blocks of that template; a comment, only where it has headings of required ones."""

        def make() -> tuple[Board, Template, tuple[Answer, ...]]:
            about = About(written_at, board.calendar.zone, board.file.zones)
            wanted = {block.key for block in template.file.blocks if block.severity == "required"}
            if comment and wanted.isdisjoint(section.key for section in sections(text)):
                return board, template, ()
            return board, template, read_answers(text, template, about)

        key = (id(board), id(template), written_at, comment, text)
        return self._discovered.get(key, len(text), make)[2]


def read(issue: Issue, board: Board, templates: dict[str, Template], written_at: datetime) -> Description:
    """The same, read anew."""
    match = find_template(issue.description, templates, board.file.template)

    def answers(board: Board) -> tuple[Answer, ...]:
        about = About(
            written_at,
            board.calendar.zone,
            board.file.zones,
            issue=issue.reference,
            calendar=board.counting("working_days"),
        )
        return read_answers(issue.description, match.template, about, board.file.insists_on)

    found = answers(board)
    part = part_of(board, found)
    # Dates are read by the part's own zone and holidays.
    return Description(issue.description, part, match, found if part is board else answers(part))


def part_of(board: Board, answers: tuple[Answer, ...]) -> Board:
    """The part of the board that the request says it belongs to, whose calendar counts."""
    by = board.file.calendar_by
    key = heading_key(by.block) if by else ""
    said = next((a.choices for a in answers if a.block.key == key), frozenset())
    return board.part(said)
