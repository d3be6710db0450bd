"""What a change of the rules does to clocks that have run: each cycle as it was judged before, and as it is now.

A cycle differs when the rules make another due instant of it, another end, or none at all. What people did since it was
judged (a pause, an answer) makes no difference: the rules are asked about the issue as it was then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.judged import Judged, Key, Verdict, by_key


@dataclass(frozen=True)
class Judgement:
    """What was said of an issue's cycles at an instant, and what the rules as they are say of it as it was then.

    `reworded`: its description was written since, and nobody knows what it said then.
    """

    at: datetime
    said: tuple[Judged, ...]
    says: tuple[Judged, ...]
    reworded: bool = False


@dataclass(frozen=True)
class Pair:
    """One cycle, before and now. `before` is None where it was not counted, `now` where it is not any more.

    `unjudged`: nobody had judged it before, so nothing can differ. `reworded`: what differs may come from an edit of
    the description.
    """

    before: Judged | None
    now: Judged | None
    differs: bool
    unjudged: bool = False
    reworded: bool = False

    @property
    def cycle(self) -> Judged:
        """Either side: the rule, the clock and when it began are the same on both."""
        found = self.now or self.before
        assert found is not None
        return found

    @property
    def past(self) -> bool:
        """Whether the cycle has ended."""
        return self.cycle.ended_at is not None

    def verdicts(self, now: datetime) -> tuple[Verdict | None, Verdict | None]:
        """What it came to before, and what it comes to now; None where it is not counted."""
        return (
            self.before.verdict(now) if self.before else None,
            self.now.verdict(now) if self.now else None,
        )


def compare(judgements: Sequence[Judgement], now: Iterable[Judged]) -> tuple[Pair, ...]:
    """Every cycle once, in the order in which they began. Judgements come oldest first.

    The oldest counts for the cycles that had begun by then, each later one for those that began since the one before.
    """
    present = by_key(now)
    found: dict[Key, Pair] = {}
    since: datetime | None = None
    for judgement in judgements:
        said, says = by_key(judgement.said), by_key(judgement.says)
        for key in {**said, **says}:
            if key[1] <= judgement.at and (since is None or key[1] > since):
                pair = _pair(said.get(key), says.get(key), present.get(key), judgement)
                if pair.before or pair.now:  # else it was neither counted then nor is it now
                    found[key] = pair
        since = judgement.at
    for key, one in present.items():
        found.setdefault(key, Pair(None, one, differs=False, unjudged=True))
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[1], key[0], key[2])))


def settled(said: Iterable[Judged], now: Iterable[Judged], at: datetime) -> bool:
    """Whether what is so now is what was said then, but for what has happened since: then nothing differs."""
    then = {key: one for key, one in by_key(now).items() if key[1] <= at}
    before = by_key(said)
    return before.keys() == then.keys() and all(
        one.due_at == then[key].due_at and one.ended_at == _by(then[key].ended_at, at)
        for key, one in before.items()
    )


def within(pair: Pair, since: datetime) -> bool:
    """Whether the cycle began or ended from `since` on, or is running still."""
    ended_at = pair.cycle.ended_at
    return ended_at is None or ended_at >= since


def _by(ended_at: datetime | None, at: datetime) -> datetime | None:
    return ended_at if ended_at and ended_at <= at else None


def _pair(said: Judged | None, says: Judged | None, now: Judged | None, judgement: Judgement) -> Pair:
    """The cycle as it was said then, brought up to now, and as the rules have it now."""
    differs = (said and (said.due_at, said.ended_at)) != (says and (says.due_at, says.ended_at))
    if not differs and said:
        return Pair(now or said, now or said, differs=False)
    if said and says != now and said.ended_at is None:  # it ran on since; by how much, nobody wrote down
        ended_at = now.ended_at if now and says and says.ended_at is None else None
        said = replace(said, ended_at=ended_at, spent=None, over=None)
    return Pair(said, now, differs=differs, reworded=judgement.reworded)
