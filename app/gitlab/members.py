"""Who is in which group, as GitLab tells it: asked for once in five minutes."""

from collections.abc import Callable, Iterable
from time import monotonic
from urllib.parse import quote

from app.errors import Refused
from app.gitlab.payloads import Json

KEPT_SECONDS = 300
NOT_FOR_US = frozenset({403, 404})


class Members:
    """The members of groups. `ask` lists what stands at a path of the API, and says in its errors what that was.

    `known` is what several of these share.
    """

    def __init__(
        self,
        ask: Callable[..., Iterable[Json]],
        known: dict[str, tuple[float, frozenset[str]]] | None = None,
    ) -> None:
        self._ask = ask
        self.known = {} if known is None else known

    def of(self, group: str) -> frozenset[str]:
        """The usernames of a group's members, inherited ones too; of `group ID` and `project ID` the direct ones."""
        known = self.known.get(group)
        if known and monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        kind, _, id_ = group.rpartition(" ")
        path = f"/{kind or 'group'}s/{quote(id_, safe='')}/members{'' if kind else '/all'}"
        rows = self._ask(path, what=group if kind else f"group {group}")
        found = frozenset(str(row["username"]) for row in rows)
        self.known[group] = (monotonic(), found)
        return found

    def if_seen(self, group: str) -> frozenset[str] | None:
        """The same; None for a group that GitLab does not show to the bot, or that is gone."""
        try:
            return self.of(group)
        except Refused as error:
            if error.status in NOT_FOR_US:
                return None
            raise
