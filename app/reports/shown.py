"""What of a sweep is worth telling, the same in all formats: what was or would be done, or what other rules do else."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.plan import Action, Outcome, Postponed, Summon, Written
from app.sweep.report import Report, Swept


@dataclass(frozen=True)
class Shown:
    """One issue with something to tell.

    `actions` are those that are planned, or the ones planned only now where rules are compared; `gone` are those that
    only the other rules plan. A note that both plan is `reworded`: by its key, what it would say by the other rules.
    `waiting` are calls that are left to the service for a while, `found` what is only told of a watched board. All of
    it is there of a confidential issue too: `hidden` says not to show it.
    """

    row: Swept
    actions: tuple[Action, ...] = ()
    gone: tuple[Action, ...] = ()
    waiting: tuple[Postponed, ...] = ()
    found: tuple[Outcome, ...] = ()
    reworded: dict[str, str] = field(default_factory=dict)
    compared: bool = False

    @property
    def hidden(self) -> bool:
        return any(plan.confidential for plan in (self.row.plan, self.row.before) if plan)

    @property
    def number(self) -> int:
        """How much there is to do."""
        return len(self.actions) + len(self.gone) + len(self.waiting)

    @property
    def left(self) -> tuple[Action, ...]:
        """What is planned and was not done."""
        done = {deed.action for deed in self.row.done}
        return tuple(action for action in self.actions if action not in done)

    @property
    def rules(self) -> set[str]:
        """The rules that want something done here, or no longer do."""
        return {action.rule for action in (*self.actions, *self.gone, *(w.action for w in self.waiting))}


def shown(report: Report) -> list[Shown]:
    """The issues with something to do or to tell, and those that could not be looked at; by board and number."""
    rows = sorted(report.rows, key=lambda row: (row.board, row.ref))
    told = (_shown(row, compared=bool(report.against)) for row in rows)
    return [each for each in told if each.row.error or each.number or each.found]


def _shown(row: Swept, *, compared: bool) -> Shown:
    if row.error or row.plan is None:
        return Shown(row, compared=compared)
    if compared:
        return _compared(row)
    plan = row.plan
    return Shown(row, plan.actions, waiting=plan.postponed, found=plan.findings if plan.watched else ())


def _compared(row: Swept) -> Shown:
    new, gone = row.difference.new, row.difference.gone
    keys = {note.key for note in new if isinstance(note, Written)}
    again = [note for note in gone if isinstance(note, Written) and note.key in keys]
    reworded = {note.key: note.body for note in again}
    left = tuple(action for action in gone if action not in again)
    return Shown(row, new, left, reworded=reworded, compared=True)


def touched(told: Iterable[Shown]) -> int:
    """On how many issues something is done, or is done otherwise."""
    return sum(bool(each.actions or each.gone) for each in told)


def pending(report: Report) -> int:
    """How much is planned and was not done; where rules are compared, how much differs."""
    if report.against:
        return sum(each.number for each in shown(report))
    return report.pending - report.done


def counts(actions: Iterable[Action]) -> Counter[str]:
    """How many actions there are of each kind, by the name of its class."""
    return Counter(type(action).__name__ for action in actions)


def called(told: Iterable[Shown]) -> Counter[str]:
    """How often each person is called by what is told."""
    return Counter(
        name for each in told for action in each.actions if isinstance(action, Summon) for name in action.to
    )


def by_rule(told: Iterable[Shown]) -> dict[str, Counter[str]]:
    """For each rule, by board, on how many issues it wants something done; the rule with the most comes first."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in told:
        for rule in each.rules:
            found[rule][each.row.board] += 1
    return dict(sorted(found.items(), key=lambda item: (-item[1].total(), item[0])))
