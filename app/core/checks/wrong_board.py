"""Finds a request on another board than the ones for what it says of itself."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, PrivateAttr

from app.core.board import Board
from app.core.document import Model, Path
from app.core.facts import Facts
from app.core.given import written_at
from app.core.plan import Clause, stamp
from app.core.result import Result
from app.core.template import LIKENESS_NEEDED
from app.core.text import Ours
from app.core.validators.reading import listed

Said = dict[str, frozenset[str]]


class Row(Model):
    """One line of the table: the choices that fit, by the heading of their block, and the board for them."""

    says: dict[str, list[str]] = Field(default={}, description="Keys of the block's choice, by its heading.")
    template: str = Field(default="", description="A template that is for that board only.")
    board: str = Field(description="The board's id.")

    def fits(self, said: Said) -> bool:
        """Whether nothing that was said speaks against it: of several choices each speaks for itself."""
        return all(said[block] & set(keys) for block, keys in self.says.items() if block in said)


class WrongBoard(Model):
    """There is a board for each region and engagement model, and a table says which one is for what. A request whose
    own words speak against the board that it is on had better move to one that they allow.

    A block that says nothing, or nothing that is known, speaks against no board; and where somebody had the request
    moved after it was last edited, it may stay. With one board left, an SA has it moved by a word.
    Example: "Region: EMEA" on the US East board.
    """

    PLACEHOLDERS: ClassVar = frozenset({"said", "boards", "here", "how"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["wrong_board"]
    rows: list[Row] = Field(min_length=1, description="The table; a board may stand in it more than once.")
    _boards: Mapping[str, Board] | None = PrivateAttr(default=None)

    def knowing(self, boards: Mapping[str, Board]) -> Self:
        """The check, which from now on sends requests to these boards only, and can tell their names."""
        copy = self.model_copy()
        copy._boards = boards
        return copy

    def board_names(self) -> Iterator[tuple[Path, str]]:
        """The boards that are named, with their places."""
        yield from ((("rows", i, "board"), row.board) for i, row in enumerate(self.rows))

    def block_names(self) -> Iterator[tuple[Path, str, list[str]]]:
        """The blocks that are named, with their places and the choices in them."""
        for i, row in enumerate(self.rows):
            yield from ((("rows", i, "says", block), block, keys) for block, keys in row.says.items())

    def still(self, facts: Facts) -> str:
        """Why it finds nothing."""
        said, fitting = self._meant(facts)
        return (
            ""
            if said and facts.board.id not in fitting
            else self._why_not(said, stays=False, fits=bool(said))
        )

    def look(self, facts: Facts) -> Result:
        said, fitting = facts.description.once(self, lambda: self._meant(facts))
        boards = self._boards
        others = [name for name in fitting if boards is None or name in boards]
        cause, here, came_at = written_at(facts), facts.board.id, facts.carried_at
        stays = came_at is not None and came_at >= cause
        failing = bool(said) and here not in fitting and bool(others) and not stays

        def clauses() -> tuple[Clause, ...]:
            moved = f"at {stamp(came_at)}" if came_at else "nobody did"
            return (
                Clause("the request says", _listed(said) or "nothing of it", bool(said)),
                Clause("there is a board for that", ", ".join(fitting) or "none", bool(others)),
                Clause("it is on another one", here, here not in fitting),
                Clause("nobody had it moved here since", moved, not stays),
            )

        if not failing:
            return Result(False, self._why_not(said, stays=stays, fits=here in fitting), clauses)
        return Result(
            True,
            f"it says {_listed(said)}, which is for {listed(others)}",
            clauses,
            since=cause,
            cause_at=cause,
            move_to=others[0] if len(others) == 1 else "",
            values=lambda _names: {
                "said": Ours(_listed(said)),
                "boards": Ours(listed([self._shown(name, facts) for name in others])),
                "here": Ours(facts.board.name),
                "how": Ours(
                    listed(["`move`"] if len(others) == 1 else [f"`move to {name}`" for name in others])
                ),
            },
            made_of=(facts.issue.web_url,),
        )

    def _meant(self, facts: Facts) -> tuple[Said, list[str]]:
        """What the request says of where it belongs, and the boards for that."""
        rows = self._rows(facts)
        said = self._said(facts, rows)
        return said, list(dict.fromkeys(row.board for row in rows if row.template or row.fits(said)))

    def _rows(self, facts: Facts) -> list[Row]:
        """The rows for the request's template where it follows one that has some, else those for what it says."""
        match = facts.match
        name = match.template.name if match.likeness >= LIKENESS_NEEDED else ""
        return [r for r in self.rows if name and r.template == name] or [
            r for r in self.rows if not r.template
        ]

    @staticmethod
    def _said(facts: Facts, rows: list[Row]) -> Said:
        """The choices made in the rows' blocks, by heading; a block without any is left out. Or the template."""
        if rows and rows[0].template:
            return {"template": frozenset({rows[0].template})}
        answers = {block: facts.answer(block) for row in rows for block in row.says}
        return {block: answer.choices for block, answer in answers.items() if answer and answer.choices}

    def _shown(self, name: str, facts: Facts) -> str:
        """The board's name, linked where the address of GitLab is known.

        In a project with files GitLab takes a link that begins with a slash for one of them, so the address is whole:
        https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/banzai/filter/repository_link_filter.rb
        """
        board = (self._boards or {}).get(name)
        if board is None:
            return f"`{name}`"
        address, _, rest = facts.issue.web_url.partition(f"/{facts.issue.project}/-/")
        return f"[{board.name}]({address}/{board.file.project}/-/boards)" if rest else f"**{board.name}**"

    @staticmethod
    def _why_not(said: Said, *, stays: bool, fits: bool) -> str:
        if not said:
            return "it does not say where it belongs"
        if fits:
            return "this board is for what it says"
        return "somebody had it moved here" if stays else "no other board is for what it says"


def _listed(said: Said) -> str:
    return listed([f"{block}: {listed(sorted(keys), 'and')}" for block, keys in said.items()], "and")
