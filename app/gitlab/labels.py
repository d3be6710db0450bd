"""Labels of projects and groups over the API: whose they are, and their names. Decides nothing.

Source: https://docs.gitlab.com/api/labels/ and https://docs.gitlab.com/api/group_labels/
"""

from collections.abc import Iterator
from urllib.parse import quote

from app.core.label_rename import Home, Label, Seen
from app.errors import Refused
from app.gitlab.calls import ME, Calls

ADMINISTRATOR = 60  # an administrator may do everything without being a member


class Labels:
    """Looks at labels and renames them; asks for each group once. Errors: Unavailable, Unauthorized."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._groups: dict[str, dict[int, Home]] = {}

    def of(self, board: str, project: str) -> Seen:
        """The project with all labels that its issues may carry."""
        try:
            rows = self._calls.rows(f"{_path(Home(project))}/labels", include_ancestor_groups=True)
        except Refused as error:
            said = f"there is no project {project}, or the bot may not see it ({error.status})"
            return Seen(board, project, unseen=said)
        found = list[Label]()
        for row in rows:
            mine = row.get("is_project_label", True)
            home = Home(project) if mine else self._home(project, int(row["id"]))
            if home is None:
                said = f'the bot may not see whose label "{row["name"]}" is; make it a member of the groups above'
                return Seen(board, project, unseen=said)
            found.append(Label(int(row["id"]), str(row["name"]), home))
        return Seen(board, project, tuple(found))

    def level(self, home: Home) -> int:
        """The bot's access level there; 0 where it is no member."""
        me = self._calls.get(ME)
        if me.get("is_admin"):
            return ADMINISTRATOR
        try:
            return int(self._calls.get(f"{_path(home)}/members/all/{me['id']}")["access_level"])
        except Refused as error:
            if error.status in (403, 404):
                return 0
            raise

    def rename(self, label: Label, new: str) -> None:
        """Gives it that name, by its id: its issues and events stay. Errors: Refused."""
        self._calls.put(f"{_path(label.home)}/labels/{label.id}", {"new_name": new})

    def project_id(self, project: str) -> int:
        return int(self._calls.get(_path(Home(project)))["id"])

    def _home(self, project: str, label: int) -> Home | None:
        """Which of the groups above has it, the nearest one asked first."""
        return next((g[label] for g in self._above(project) if label in g), None)

    def _above(self, project: str) -> Iterator[dict[int, Home]]:
        parts = project.split("/")[:-1]
        for length in range(len(parts), 0, -1):
            yield self._labels_of("/".join(parts[:length]))

    def _labels_of(self, group: str) -> dict[int, Home]:
        if group not in self._groups:
            home = Home(group, group=True)
            try:
                rows = self._calls.rows(f"{_path(home)}/labels", include_ancestor_groups=False)
            except Refused:
                rows = []
            self._groups[group] = {int(row["id"]): home for row in rows}
        return self._groups[group]


def _path(home: Home) -> str:
    return f"/{'groups' if home.group else 'projects'}/{quote(home.path, safe='')}"
