"""Projects of boards as GitLab has them: labels, members, templates, people. Reads only, and decides nothing."""

from collections.abc import Iterable
from urllib.parse import quote

from app.core.board import Board
from app.core.lint.online import Place, named_people
from app.errors import Refused
from app.gitlab.calls import ME, Calls
from app.gitlab.members import NOT_FOR_US, Members

ISSUES = "templates/issues"


class Places:
    """Looks at projects, one after the other; asks for each person once. Errors: Unavailable, Refused."""

    def __init__(self, calls: Calls, members: Members) -> None:
        self._calls, self._members = calls, members
        self._known: dict[str, bool] = {}

    def administrates(self) -> bool:
        """Whether the token is an administrator's, who may do everything without being a member."""
        return bool(self._calls.get(ME).get("is_admin"))

    def look(self, board: Board, templates: Iterable[str]) -> Place:
        """The board's project; of its templates those of these names."""
        base = f"/projects/{quote(board.file.project, safe='')}"
        try:
            project = self._calls.get(base, what=f"project {board.file.project}")
        except Refused as error:
            if error.status in NOT_FOR_US:
                return Place(found=False)
            raise
        if project.get("archived"):
            return Place(archived=True)
        members = self._calls.rows(f"{base}/members/all", what=f"the members of {board.file.project}")
        levels = {str(row["username"]).casefold(): int(row["access_level"]) for row in members}
        names = named_people(board)
        return Place(
            labels=frozenset(str(row["name"]) for row in self._calls.rows(f"{base}/labels")),
            levels=levels,
            templates=self._templates(base, templates),
            unknown=frozenset(
                n for n in names if "/" not in n and n.casefold() not in levels and not self._knows(n)
            ),
            unseen=frozenset(n for n in names if "/" in n and self._members.if_seen(n) is None),
        )

    def _knows(self, username: str) -> bool:
        """Whether GitLab knows the username: https://docs.gitlab.com/api/users/#list-users"""
        if username not in self._known:
            self._known[username] = bool(self._calls.page("/users", username=username))
        return self._known[username]

    def _templates(self, base: str, names: Iterable[str]) -> dict[str, str]:
        """Their texts by name. The Guest role is enough: https://docs.gitlab.com/api/project_templates/"""
        there = {str(row["name"]) for row in self._calls.rows(f"{base}/{ISSUES}")}
        wanted = [name for name in names if name in there]
        return {n: str(self._calls.get(f"{base}/{ISSUES}/{quote(n, safe='')}")["content"]) for n in wanted}
