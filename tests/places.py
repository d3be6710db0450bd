"""People of the sandbox by name, and everything that setup may touch in a project, to be compared before and after."""

from typing import Any

import gitlab
import requests
from gitlab.exceptions import GitlabGetError


def person(url: str, name: str) -> gitlab.Gitlab:
    """Somebody's API client, straight to this machine."""
    session = requests.Session()
    session.trust_env = False
    return gitlab.Gitlab(url, private_token=f"sandbox-{name}", session=session)


def dump(project: Any) -> dict[str, Any]:
    """Labels, boards with their lists, hooks, files, branches but for the first, schedules and variables."""
    return {
        "labels": {
            x.name: {"color": x.color, "description": x.description, "own": x.is_project_label}
            for x in project.labels.list(get_all=True)
        },
        "boards": [
            {"name": b.name, "lists": [x["label"]["name"] for x in b.attributes["lists"]]}
            for b in (project.boards.get(each.id) for each in project.boards.list(get_all=True))
        ],
        "hooks": [_without(h.asdict(), "id", "created_at") for h in project.hooks.list(get_all=True)],
        "files": files(project),
        "branches": sorted(b.name for b in project.branches.list(get_all=True) if not b.default),
        "schedules": [
            _without(s.asdict(), "id", "created_at", "updated_at")
            for s in project.pipelineschedules.list(get_all=True)
        ],
        "variables": [v.asdict() for v in project.variables.list(get_all=True)],
    }


def files(project: Any) -> dict[str, str]:
    """All files of the default branch; none in an empty repository."""
    try:
        rows = project.repository_tree(recursive=True, get_all=True)
    except GitlabGetError as error:
        if error.response_code != 404:
            raise
        return {}
    return {row["path"]: project.files.get(row["path"], ref="main").decode().decode() for row in rows}


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}
