"""Which `earlier` entries a clock needs so that its past stays as it was judged. Decides; writes no file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from app.core.checks.sla import Sla
from app.core.judged import Judged
from app.core.length import length_text
from app.core.terms import Earlier, Terms

DAY = timedelta(days=1)
Item = dict[str, Any]


class NotKept(ValueError):
    """What was judged before cannot be kept by `earlier` entries, and why."""


def terms_on(check: Sla, day: date) -> Terms:
    """The terms of a cycle that began on that day."""
    earlier = sorted(check.earlier, key=lambda old: old.before)
    return next((old for old in earlier if day < old.before), check)


def missing(old: Sla, new: Sla, written: Mapping[str, Any], before: date) -> list[Item]:
    """The entries that `new` lacks to give cycles from before that day the terms that `old` gives them, oldest first.

    `written` is the old check as its file has it. Errors: NotKept.
    """
    ends = {version.before for version in (*old.earlier, *new.earlier) if version.before < before} | {before}
    taken = {version.before for version in new.earlier}
    found = []
    for end in sorted(ends):
        wanted = terms_on(old, end - DAY)
        if _plain(wanted) == _plain(terms_on(new, end - DAY)):
            continue
        if end in taken:
            raise NotKept(f"`earlier` gives other terms up to {end} than held then; mend that entry by hand")
        found.append({"before": end.isoformat(), **_as_written(wanted, written)})
    return found


def guesses(check: Sla, judged: Iterable[Judged], before: date) -> Iterator[Item]:
    """Entries by which those cycles may have been judged as they were, the likeliest first.

    What was judged knows the length that governed each cycle, and not whether it was the plain or the faster one.
    """
    known = Counter((one.target, one.count) for one in judged if one.target)
    lengths = [pair for pair, _ in known.most_common()]
    today = [(check.target, check.count)] if check.target else []
    fast = check.expedite
    faster = [(fast.target, fast.count), *lengths] if fast else [None]
    for quick in dict.fromkeys(faster):
        for target, count in dict.fromkeys([*lengths, *today]):
            entry: Item = {"before": before.isoformat(), "target": length_text(target), "count": count}
            if fast and quick:
                entry["expedite"] = {
                    "label": fast.label,
                    "target": length_text(quick[0]),
                    "count": quick[1],
                }
            if _plain(Earlier.model_validate(entry)) != _plain(check):
                yield entry


def with_entries(check: Sla, items: Iterable[Item]) -> Sla:
    """The check with further `earlier` entries."""
    added = [Earlier.model_validate(item) for item in items]
    return check.model_copy(update={"earlier": [*check.earlier, *added]})


def _plain(terms: Terms) -> Item:
    """The terms without what else a check or an entry says."""
    return {name: getattr(terms, name) for name in Terms.model_fields}


def _as_written(terms: Terms, written: Mapping[str, Any]) -> Item:
    """The terms as the file has them: of the check itself, or of the entry with the same day."""
    source: Mapping[str, Any] = written
    if isinstance(terms, Earlier):
        source = next(item for item in written["earlier"] if item["before"] == terms.before.isoformat())
    return {name: source[name] for name in Terms.model_fields if name in source}
