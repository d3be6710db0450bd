"""Writes what keeps the past into the rules' files: `earlier` entries, proven on a copy before a file is touched."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from app.core.amend import NotAmended, amended, flow
from app.core.board import Board
from app.core.checks.sla import Sla
from app.core.differences import Pair
from app.core.document import parse
from app.core.keeping import Item, NotKept, guesses, missing, with_entries
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.errors import ConfigError
from app.restate import Before, Compared, Comparison, begins, compared_again
from app.rule_files import Text, read, tried
from app.rule_files import write as write_texts

BESIDE = ("count", "target", "by_date", "by_quarter_end", "same_day", "kind")  # behind which `earlier` begins
NO_OLD_RULES = (
    "the length is not what changed, or not all: give --against FOLDER or --against GIT-REF, which knows the rules "
    "of before; or write the old hours into the calendar by hand, as `earlier: [{before: DAY, hours: ...}]`"
)

NOT_KEPT = (
    "which moments begin, stop and end a clock, for which requests, by which calendar and on which holidays, holds for "
    "past and future alike"
)

Found = list[tuple[Compared, Pair]]


@dataclass(frozen=True)
class Entry:
    """One entry for a list in a file of the rules folder."""

    file: str
    path: tuple[str, ...]
    item: Item
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Added:
    """One entry as it is written: its file below the rules folder, its line, its text."""

    file: str
    line: int
    text: str


@dataclass
class Keeping:
    """What was written, or would be, to keep what began before the day. `why_not` says why nothing is.

    `later` are cycles that began on that day or after it, and `goes_on` those that ran on then by new hours.
    `ruleset` is the one that keeps the past, once it is proven.
    """

    day: date
    added: list[Added] = field(default_factory=list)
    why_not: list[str] = field(default_factory=list)
    later: int = 0
    goes_on: int = 0
    written: bool = False
    ruleset: Ruleset | None = None


@dataclass(frozen=True)
class Keeper:
    """What is to be kept: the comparison and its source, the rules as they are, and those of before where known."""

    found: Comparison
    before: Before
    boards: list[Board]
    folder: Path
    ruleset: Ruleset
    other: tuple[Path, Ruleset] | None = None

    def keep(self, day: date | None = None, *, write: bool) -> Keeping:
        """Keeps what began before that day as it was judged; today on the boards unless it is given."""
        result = Keeping(day or max(self.found.at.astimezone(b.calendar.zone).date() for b in self.boards))
        differing = [(row, pair) for row in self.found.rows for pair in row.differing if not pair.reworded]
        mine = [(row, pair) for row, pair in differing if self._began_before(row, pair, result.day)]
        result.later = len(differing) - len(mine)
        entries = self._entries(mine, result)
        texts = self._amended(entries, result)
        if texts and not result.why_not:
            self._prove(texts, result, new_hours=any(e.file.startswith("calendars/") for e in entries))
        if texts and not result.why_not and write:
            write_texts(self.folder, texts)
            result.written = True
        return result

    def _began_before(self, row: Compared, pair: Pair, day: date) -> bool:
        return pair.cycle.started_at < begins(self.ruleset.boards[row.board], day)

    def _entries(self, mine: Found, result: Keeping) -> list[Entry]:
        """The entries that are to be written; what cannot be kept is in `why_not`."""
        found: list[Entry] = []
        for rule in self.ruleset.rules:
            pairs = [(row, pair) for row, pair in mine if pair.cycle.rule == rule.id]
            if pairs and isinstance(rule.check, Sla):
                try:
                    items = self._items(rule, rule.check, pairs, result.day)
                    found += [Entry(f"{rule.id}.yaml", ("check", "earlier"), i, BESIDE) for i in items]
                except NotKept as error:
                    result.why_not.append(f"{rule.id}.yaml: {error}")
        if self.other and mine:
            found += self._calendar_entries(self.other[0], mine, result)
        if mine and not found and not result.why_not:
            result.why_not.append(f"neither lengths nor hours differ: {NOT_KEPT}")
        return found

    def _items(self, rule: Rule, check: Sla, pairs: Found, day: date) -> list[Item]:
        if self.other:
            old = next((r for r in self.other[1].rules if r.id == rule.id), None)
            if old is None or not isinstance(old.check, Sla):
                raise NotKept("there was no clock in that rule before")
            data = self.other[1].documents[rule.id].data
            return missing(old.check, check, data["check"], day)
        judged = [pair.before for row in self.found.rows for pair in row.pairs if pair.before]
        for item in guesses(check, (one for one in judged if one.rule == rule.id), day):
            if not self._differing(self._with(rule, with_entries(check, [item])), day, only=rule.id):
                return [item]
        raise NotKept(NO_OLD_RULES)

    def _with(self, rule: Rule, check: Sla) -> Ruleset:
        """The rules with another check in one of them."""
        changed = rule.model_copy(update={"check": check})
        return replace(
            self.ruleset, rules=tuple(changed if r.id == rule.id else r for r in self.ruleset.rules)
        )

    def _differing(self, ruleset: Ruleset, day: date, only: str = "") -> Found:
        """What began before the day and is not judged by these rules as it was before."""
        return [
            (row, pair)
            for row in self.found.rows
            if not only or any(pair.cycle.rule == only for pair in row.pairs)
            for pair in compared_again(
                row, self.before, ruleset, begins(self.ruleset.boards[row.board], self.found.since)
            )
            if pair.differs and not pair.reworded and self._began_before(row, pair, day)
            if not only or pair.cycle.rule == only
        ]

    def _calendar_entries(self, old: Path, mine: Found, result: Keeping) -> Iterator[Entry]:
        """The hours of before, for each calendar whose hours are others now. Of days that were closed or opened since
        it is only told: an entry for hours does not keep them."""
        first = min(pair.cycle.started_at for _, pair in mine)
        for path in (self.folder / "calendars" / f"{name}.yaml" for name in sorted(self._calendars(mine))):
            before = old / "calendars" / path.name
            if not before.is_file():
                continue
            file = f"calendars/{path.name}"
            was, now = (parse(p.read_text(encoding="utf-8"), p.name).data for p in (before, path))
            if was["hours"] != now["hours"]:
                item = {"before": result.day.isoformat(), "hours": was["hours"]}
                yield Entry(file, ("earlier",), item, ("hours",))
            elif days := self._other_days(path.stem, first.date(), result.day):
                result.why_not.append(f"{file}: {days}; take that back there to keep the past, or restate it")

    def _calendars(self, mine: Found) -> set[str]:
        """The calendars by which those cycles may be counted."""
        files = [self.ruleset.boards[name].file for name in {row.board for row, _ in mine}]
        named = {file.calendar for file in files}
        named |= {name for file in files if file.calendar_by for name in file.calendar_by.calendars.values()}
        return named | {
            r.check.calendar for r in self.ruleset.rules if isinstance(r.check, Sla) and r.check.calendar
        }

    def _other_days(self, calendar: str, first: date, until: date) -> str:
        """The days that were open and are closed now, or the other way round."""
        assert self.other
        was = dict(self.other[1].calendars[calendar].closed_days(first, until))
        now = dict(self.ruleset.calendars[calendar].closed_days(first, until))
        said = [f"{day} was open and is closed now" for day in sorted(now.keys() - was.keys())]
        said += [f"{day} was closed and is open now" for day in sorted(was.keys() - now.keys())]
        return ", ".join(said)

    def _amended(self, entries: list[Entry], result: Keeping) -> dict[str, Text]:
        """The texts of the files with the entries in them."""
        texts: dict[str, Text] = {}
        for entry in entries:
            text = texts.get(entry.file) or read(self.folder, entry.file)
            words = f"- {flow(entry.item)}"
            try:
                new, line = amended(text.new, entry.path, entry.item, entry.beside)
                texts[entry.file] = replace(text, new=new)
                result.added.append(Added(entry.file, line, words))
            except NotAmended as error:
                where = ".".join(entry.path)
                result.why_not.append(f"{entry.file}: {error}; add to `{where}` by hand: {words}")
        return texts

    def _prove(self, texts: dict[str, Text], result: Keeping, *, new_hours: bool) -> None:
        """Asks the rules as they would be about everything that began before the day."""
        try:
            kept = tried(self.folder, texts)
        except ConfigError as error:
            result.why_not += ["with these entries the rules would be faulty:", *map(str, error.problems)]
            return
        still = self._differing(kept, result.day)
        if new_hours:  # hours count by the day on which they are worked, not by that on which a cycle began
            running = [(row, pair) for row, pair in still if self._from_the_day_on(row, pair, result.day)]
            result.goes_on = len(running)
            still = [found for found in still if found not in running]
        if still:
            result.why_not += [f"{row.reference}: {_still(row, pair)}" for row, pair in still]
            result.why_not.append(NOT_KEPT)
        result.ruleset = kept

    def _from_the_day_on(self, row: Compared, pair: Pair, day: date) -> bool:
        """Whether only that day and those after it can make the difference."""
        ends = begins(self.ruleset.boards[row.board], day)
        dues = [side.due_at for side in (pair.before, pair.now) if side]
        return len(dues) == 2 and all(due is not None and due >= ends for due in dues)


def _still(row: Compared, pair: Pair) -> str:
    if row.confidential:
        return "still judged otherwise; not shown: the issue is confidential"
    one = pair.cycle
    return (
        f"the cycle of {one.clock} that began at {one.started_at:%Y-%m-%dT%H:%MZ} is still judged otherwise"
    )
