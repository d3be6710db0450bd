"""What a project holds of the things that setup looks after, read whole before anything is decided. Writes nothing."""

import base64
from collections.abc import Iterable
from urllib.parse import quote

from app.core.setup.comparing import EVENTS, TEMPLATES
from app.core.setup.marks import BRANCH, REMOVAL_BRANCH
from app.core.setup.seen import (
    SeenBoard,
    SeenBranch,
    SeenFile,
    SeenHook,
    SeenLabel,
    SeenPipeline,
    SeenProject,
    SeenProposal,
    SeenSchedule,
    SeenVariable,
)
from app.errors import Refused
from app.gitlab.calls import Calls
from app.gitlab.payloads import Json

UNSEEN = frozenset({401, 403})
GONE = 404


class SetupLook:
    """Reads projects, one after the other. Errors: Unavailable, Unauthorized, Refused."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._titles: dict[str, str] = {}

    def project(self, path: str, *, with_uses: bool = False) -> SeenProject:
        """A board's project; `with_uses` counts who carries each label, which GitLab is slower to tell."""
        base, found = self._found(path, "project")
        if isinstance(found, tuple):
            return SeenProject(path, problem=found[0], remedy=found[1])
        branch, readable = self._branch(base, found)
        files = self._files(base, branch.name) if readable else None
        hooks, above = self._hooks(base), self._group_hooks(found)
        return SeenProject(
            path,
            labels=self._labels(base, with_uses=with_uses),
            boards=tuple(_board(row) for row in self._calls.rows(f"{base}/boards")),
            hooks=hooks,
            files=files,
            branch=branch,
            proposals=self._proposals(base) if branch.name and files is not None else {},
            group_hooks=above[0],
            premium=above[1],
        )

    def pipeline(self, path: str) -> SeenPipeline:
        """The project that holds the rules."""
        base, found = self._found(path, "--pipeline")
        if isinstance(found, tuple):
            return SeenPipeline(path, problem=found[0], remedy=found[1])
        branch, readable = self._branch(base, found)
        schedules = self._if_seen(f"{base}/pipeline_schedules")
        variables = self._if_seen(f"{base}/variables")
        return SeenPipeline(
            path,
            branch=branch,
            schedules=None if schedules is None else tuple(map(_schedule, schedules)),
            variables=None if variables is None else tuple(_variable(v) for v in variables if _everywhere(v)),
            pipeline=not readable or not branch.name or self._has(base, ".gitlab-ci.yml", branch.name),
        )

    def _found(self, path: str, where: str) -> tuple[str, Json | tuple[str, str]]:
        """The project's address and what GitLab says of it; or why nothing can be done there, and the remedy."""
        base = f"/projects/{quote(path, safe='')}"
        try:
            found = self._calls.get(base, what=f"project {path}")
        except Refused as error:
            if error.status not in (*UNSEEN, GONE):
                raise
            said = f"there is no such project, or the token may not see it ({error.status})"
            return base, (said, f"mend the path ({where}), or make the token's user a member")
        now = str(found["path_with_namespace"])
        if now.casefold() != path.casefold():
            return base, (f"the project is {now} now", f"write that ({where})")
        if found.get("archived"):
            return base, ("the project is archived", "take it out of the archive, or say `active: false`")
        return base, found

    def _labels(self, base: str, *, with_uses: bool) -> tuple[SeenLabel, ...]:
        rows = self._calls.rows(f"{base}/labels", **({"with_counts": True} if with_uses else {}))
        counted = ("open_issues_count", "closed_issues_count", "open_merge_requests_count")
        return tuple(
            SeenLabel(
                str(row["name"]),
                str(row["color"]),
                str(row.get("description") or ""),
                bool(row.get("is_project_label", True)),
                sum(int(row.get(name) or 0) for name in counted),
            )
            for row in rows
        )

    def _hooks(self, base: str) -> tuple[SeenHook, ...] | None:
        rows = self._if_seen(f"{base}/hooks")
        return None if rows is None else tuple(map(_hook, rows))

    def _group_hooks(self, project: Json) -> tuple[tuple[str, ...], bool | None]:
        """Where hooks of the group send all that we need, and whether there can be any: they are Premium's, and GitLab
        without it has no such address. Source: https://docs.gitlab.com/api/group_webhooks/"""
        group = str(dict(project.get("namespace") or {}).get("full_path") or "")
        try:
            rows = self._calls.rows(f"/groups/{quote(group, safe='')}/hooks", what=f"the hooks of {group}")
        except Refused as error:
            return (), False if error.status == GONE else None
        whole = (_hook(row) for row in rows)
        return tuple(hook.url for hook in whole if hook.on >= EVENTS.keys()), True

    def _branch(self, base: str, project: Json) -> tuple[SeenBranch, bool]:
        """The default branch, and whether the repository can be read."""
        name = str(project.get("default_branch") or "")
        if not name or project.get("empty_repo"):
            return SeenBranch(), True
        try:
            found = self._calls.get(f"{base}/repository/branches/{quote(name, safe='')}")
        except Refused as error:
            if error.status not in (*UNSEEN, GONE):
                raise
            return SeenBranch(name, may_push=False), error.status == GONE
        return SeenBranch(name, bool(found.get("can_push")), bool(found.get("protected"))), True

    def _files(self, base: str, ref: str) -> dict[str, SeenFile] | None:
        """The templates on that branch; None where the token may not read code."""
        if not ref:
            return {}
        try:
            rows = self._calls.rows(f"{base}/repository/tree?path={TEMPLATES.rstrip('/')}", ref=ref)
        except Refused as error:
            if error.status in UNSEEN:
                return None
            if error.status == GONE:  # there is no such folder
                return {}
            raise
        paths = [
            str(row["path"]) for row in rows if row["type"] == "blob" and str(row["path"]).endswith(".md")
        ]
        return {path: self._file(base, path, ref) for path in paths}

    def _file(self, base: str, path: str, ref: str) -> SeenFile:
        found = self._calls.get(f"{base}/repository/files/{quote(path, safe='')}?ref={quote(ref, safe='')}")
        text = base64.b64decode(str(found["content"])).decode("utf-8", "replace")
        return SeenFile(text, self._title(base, str(found["last_commit_id"])))

    def _title(self, base: str, commit: str) -> str:
        if commit not in self._titles:
            self._titles[commit] = str(self._calls.get(f"{base}/repository/commits/{commit}").get("title"))
        return self._titles[commit]

    def _has(self, base: str, path: str, ref: str) -> bool:
        try:
            self._calls.get(f"{base}/repository/files/{quote(path, safe='')}?ref={quote(ref, safe='')}")
        except Refused as error:
            if error.status != GONE:
                raise
            return False
        return True

    def _proposals(self, base: str) -> dict[str, SeenProposal]:
        return {p.branch: p for p in (self._proposal(base, b) for b in (BRANCH, REMOVAL_BRANCH)) if p}

    def _proposal(self, base: str, branch: str) -> SeenProposal | None:
        try:
            self._calls.get(f"{base}/repository/branches/{quote(branch, safe='')}")
        except Refused as error:
            if error.status != GONE:
                raise
            return None
        requests = own_requests(self._calls, base, source_branch=branch)
        number, url = (int(requests[0]["iid"]), str(requests[0]["web_url"])) if requests else (0, "")
        return SeenProposal(branch, self._files(base, branch) or {}, number, url)

    def _if_seen(self, path: str) -> list[Json] | None:
        """What stands there; None where the token may not see it."""
        try:
            return self._calls.rows(path)
        except Refused as error:
            if error.status in (*UNSEEN, GONE):
                return None
            raise


def own_requests(calls: Calls, base: str, **query: str) -> list[Json]:
    """The project's open merge requests from branches of its own; a fork's may have the same name.
    Source: https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests"""
    rows = calls.rows(f"{base}/merge_requests", state="opened", **query)
    return [row for row in rows if row["source_project_id"] == row["target_project_id"]]


def _board(row: Json) -> SeenBoard:
    lists: Iterable[Json] = sorted(row.get("lists") or (), key=lambda each: int(each.get("position") or 0))
    labels = [str(each["label"]["name"]) for each in lists if each.get("label")]
    return SeenBoard(int(row["id"]), str(row["name"]), tuple(labels), len(list(lists)) - len(labels))


def _hook(row: Json) -> SeenHook:
    return SeenHook(
        int(row["id"]),
        str(row["url"]),
        str(row.get("name") or ""),
        frozenset(flag for flag in EVENTS if row.get(flag)),
        # Versions that do not tell whether there are secrets are taken at our word.
        bool(row.get("token_present", True)),
        bool(row.get("signing_token_present", True)),
    )


def _schedule(row: Json) -> SeenSchedule:
    return SeenSchedule(
        int(row["id"]),
        str(row["description"]),
        str(row["ref"]).removeprefix("refs/heads/"),
        str(row["cron"]),
        str(row["cron_timezone"]),
        bool(row["active"]),
    )


def _everywhere(variable: Json) -> bool:
    """Whether it is for every environment, as sweeps need it. One of that name for a single environment is another."""
    return str(variable.get("environment_scope", "*")) == "*"


def _variable(row: Json) -> SeenVariable:
    value = row.get("value")
    return SeenVariable(
        str(row["key"]),
        None if value is None else str(value),
        str(row.get("description") or ""),
        bool(row.get("protected")),
        bool(row.get("masked")),
    )
