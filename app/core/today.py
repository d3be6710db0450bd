"""Days ahead, for texts that are written once: `{{ in_days[7] }}` is the day a week from now, in UTC."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from app.core.text import Ours

MOST = 3650


class DaysAhead(Mapping[int, Ours]):
    """By a number of days, the day that it will be then: `2026-03-09`. Errors: KeyError past ten years."""

    def __init__(self, now: datetime) -> None:
        self._today = now.astimezone(UTC).date()

    def __getitem__(self, days: int) -> Ours:
        if not isinstance(days, int) or not 0 <= days <= MOST:
            raise KeyError(days)
        return Ours(self._today + timedelta(days=days))

    def __iter__(self) -> Iterator[int]:
        return iter(range(MOST + 1))

    def __len__(self) -> int:
        return MOST + 1
