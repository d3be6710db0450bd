"""`triage sla restate`: what it was asked, where the judgements of before come from, and what is done about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from rich.console import Console

from app.core.board import Board
from app.core.evaluate import evaluate
from app.core.ruleset import Ruleset
from app.keep import Keeper, Keeping
from app.other_rules import other_rules
from app.restate import (
    Before,
    Compared,
    Comparison,
    Kept,
    Other,
    begins,
    compare_all,
    compared_again,
    record,
)
from app.sweep import choose_boards
from app.tools import Tools, connect


@dataclass(frozen=True)
class Asked:
    """What the command was told. `before` is the first day that is not kept, today unless it is given."""

    since: date
    boards: tuple[str, ...] = ()
    against: str = ""
    act: Literal["show", "keep", "restate"] = "show"
    before: date | None = None
    dry_run: bool = False
    quiet: bool = False

    @property
    def writes(self) -> bool:
        return self.act != "show" and not self.dry_run


@dataclass(frozen=True)
class Done:
    """What came out: the comparison, what keeps the past, the number of restatements written to the journal."""

    asked: Asked
    found: Comparison
    boards: dict[str, Board]
    keeping: Keeping | None = None
    restated: int | None = None

    @property
    def wrote(self) -> bool:
        return self.restated is not None or (self.keeping is not None and self.keeping.written)


def tools_for(asked: Asked) -> Tools:
    """The tools for it. Examples that are not rewritten yet hinder no preview, and where other rules are named only a
    restatement wants a database. Errors: ConfigError."""
    return connect(journal=not asked.against or asked.act == "restate", examples=asked.writes)


def run(asked: Asked, tools: Tools) -> Done:
    """Compares, then keeps or restates where that is asked. Errors: ConfigError, Unauthorized."""
    boards = choose_boards(tools.ruleset, list(asked.boards))
    with _before(asked, tools) as (before, other), _console(asked).status("Reading ...") as status:
        found = compare_all(
            boards,
            before,
            asked.since,
            gitlab=tools.gitlab,
            ruleset=tools.ruleset,
            now=tools.clock.now,
            seen=lambda row: status.update(f"Reading {row.board}: {row.ref.iid}"),
        )
        done = Done(asked, found, tools.ruleset.boards)
        if asked.act == "restate" and asked.writes and tools.journal:
            number = record(found.differing, tools.journal, tools.inbox, tools.ruleset.version)
            return replace(done, restated=number)
        if asked.act == "keep" and found.complete:
            keeper = Keeper(found, before, boards, tools.folder, tools.ruleset, other)
            keeping = keeper.keep(asked.before, write=asked.writes)
            if keeping.written and keeping.ruleset:
                _settle(found, tools, keeping.ruleset)
            return replace(done, keeping=keeping)
        return done


@contextmanager
def _before(asked: Asked, tools: Tools) -> Iterator[tuple[Before, tuple[Path, Ruleset] | None]]:
    if asked.against:
        with other_rules(asked.against, tools.folder) as (folder, ruleset):
            yield Other(ruleset), (folder, ruleset)
    else:
        assert tools.journal
        yield Kept(tools.journal, tools.ruleset.version), None


def _settle(found: Comparison, tools: Tools, kept: Ruleset) -> None:
    """What the journal says last is not what holds now that it is decided: what began on the day counts by the new
    terms, and what a running service had judged by them meanwhile counts by the old ones again. Now the journal says
    so too."""
    if tools.journal is None:
        return
    last = Kept(tools.journal, kept.version)
    again: list[Compared] = []
    for row in found.rows:
        since = begins(kept.boards[row.board], found.since)
        if row.issue and row.plan and any(p.differs for p in compared_again(row, last, kept, since)):
            again.append(replace(row, plan=evaluate(row.issue, kept, row.plan.at)))
    record(again, tools.journal, tools.inbox, kept.version)


def _console(asked: Asked) -> Console:
    return Console(stderr=True, quiet=asked.quiet, highlight=False)
