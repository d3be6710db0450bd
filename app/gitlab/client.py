"""The one way to GitLab's API, on python-gitlab: fetches an issue whole, applies a plan, lists issues. Never sleeps.

One client per thread: a requests session is not promised to be safe in several.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import quote

import gitlab
import requests
from gitlab.exceptions import GitlabAuthenticationError, GitlabError, GitlabParsingError

from app.core.model import Issue, IssueRef, User
from app.core.plan import Action, AddLabel, Assign, Plan, PutNote, RemoveLabel, Summon, Unassign
from app.errors import Refused, Unauthorized, Unavailable
from app.gitlab import payloads
from app.gitlab.payloads import Json

TIMEOUT_SECONDS = 10
MEMBERS_KEPT_SECONDS = 300
TRY_AGAIN = frozenset({408, 409, 425, 429})


class LostLease(Unavailable):
    """Somebody else looks after the issue now: nothing more is written."""


class GitLab:
    """GitLab as the bot sees it. `bot_users` are further usernames that are the bot's."""

    def __init__(self, url: str, token: str, bot_users: frozenset[str] = frozenset()) -> None:
        self._retry_after: float | None = None
        session = requests.Session()
        session.hooks["response"].append(self._remember)
        self._api = gitlab.Gitlab(
            url,
            private_token=token,
            timeout=TIMEOUT_SECONDS,
            per_page=100,
            session=session,
            retry_transient_errors=False,
            keep_base_url=True,
        )
        self._bot_users = bot_users
        self._me: User | None = None
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def close(self) -> None:
        """Ends the connections."""
        self._api.session.close()

    def me(self) -> User:
        """The user whose token this is."""
        if self._me is None:
            self._me = payloads.user(self._get("/user"))
        return self._me

    def bots(self) -> frozenset[str]:
        """The usernames of all users that are the bot."""
        return self._bot_users | {self.me().username}

    def fetch(self, ref: IssueRef, groups_of: Callable[[str], frozenset[str]]) -> Issue:
        """The issue with all its events and notes, or an error: never a part of it.

        `groups_of` names the groups whose members matter, by the project's path.
        """
        base = f"/projects/{ref.project_id}/issues/{ref.iid}"
        data = self._get(base)
        events = self._list(f"{base}/resource_label_events")
        states = self._list(f"{base}/resource_state_events")
        notes = self._list(f"{base}/notes", sort="asc", order_by="created_at")
        groups = {path: self.members(path) for path in groups_of(payloads.project_path(data))}
        return payloads.issue(data, events, states, notes, bot=self.me(), bots=self.bots(), groups=groups)

    def members(self, group: str) -> frozenset[str]:
        """The usernames of a group's members, inherited ones included; kept for five minutes."""
        known = self._members.get(group)
        if known and monotonic() - known[0] < MEMBERS_KEPT_SECONDS:
            return known[1]
        found = frozenset(
            str(m["username"]) for m in self._list(f"/groups/{quote(group, safe='')}/members/all")
        )
        self._members[group] = (monotonic(), found)
        return found

    def project_id(self, path: str) -> int:
        """The id of a project by its path."""
        return int(self._get(f"/projects/{quote(path, safe='')}")["id"])

    def issues(self, project_id: int, *, state: str, updated_after: datetime | None = None) -> Iterator[Json]:
        """The project's issues in that state, least recently updated first, a hundred a page."""
        query: Json = {"state": state, "issue_type": "issue", "order_by": "updated_at", "sort": "asc"}
        query |= {"pagination": "keyset", "scope": "all"}
        if updated_after:
            query["updated_after"] = updated_after.isoformat()
        yield from self._list(f"/projects/{project_id}/issues", **query)

    def apply(self, plan: Plan, issue: Issue, done: list[Action], still_held: Callable[[], bool]) -> None:
        """Makes the plan so: labels and assignees in one call, then notes. Appends each action to `done` when it is.

        No call is repeated here: whatever is left over is found again by the next look.
        """
        fields = [a for a in plan.actions if isinstance(a, AddLabel | RemoveLabel | Assign | Unassign)]
        if fields:
            self._check_lease(still_held)
            self._change(issue, fields)
            done.extend(fields)
        for action in plan.actions:
            if isinstance(action, PutNote | Summon):
                self._check_lease(still_held)
                self._write(issue, action)
                done.append(action)

    @staticmethod
    def _check_lease(still_held: Callable[[], bool]) -> None:
        if not still_held():
            raise LostLease("the lease ran out before everything was written")

    def _change(self, issue: Issue, fields: list[AddLabel | RemoveLabel | Assign | Unassign]) -> None:
        adds = [a.label for a in fields if isinstance(a, AddLabel)]
        removes = [a.label for a in fields if isinstance(a, RemoveLabel)]
        assignees = {u.id for u in issue.assignees}
        wanted = (assignees | {a.user.id for a in fields if isinstance(a, Assign)}) - {
            a.user.id for a in fields if isinstance(a, Unassign)
        }
        body: Json = {}
        if adds:
            body["add_labels"] = ",".join(adds)
        if removes:
            body["remove_labels"] = ",".join(removes)
        if wanted != assignees:
            body["assignee_ids"] = sorted(wanted) or [0]  # GitLab's way to say nobody
        with self._errors():
            answer: Any = self._api.http_put(self._path(issue), post_data=body, obey_rate_limit=False)
        self._check_change(answer, adds, removes, wanted - assignees)

    @staticmethod
    def _check_change(answer: Json, adds: list[str], removes: list[str], assigns: set[int]) -> None:
        """GitLab answers 200 and changes nothing when the role is too low: read what it says it did."""
        labels = set(answer["labels"])
        assigned = {u["id"] for u in answer.get("assignees") or ()}
        if not labels.issuperset(adds) or labels & set(removes) or not assigned.issuperset(assigns):
            raise Refused(
                "GitLab left labels or assignees as they were; the bot needs the Planner role at least", 403
            )

    def _write(self, issue: Issue, action: PutNote | Summon) -> None:
        path = f"{self._path(issue)}/notes"
        body = {"body": action.body}
        with self._errors():
            if isinstance(action, PutNote) and action.note_id is not None:
                self._api.http_put(f"{path}/{action.note_id}", post_data=body, obey_rate_limit=False)
                return
            answer: Any = self._api.http_post(path, post_data=body, obey_rate_limit=False)
        if "id" not in answer:
            raise Refused(f"GitLab made no note of {action.key}: {answer.get('summary')}")

    @staticmethod
    def _path(issue: Issue) -> str:
        return f"/projects/{issue.ref.project_id}/issues/{issue.ref.iid}"

    def _get(self, path: str) -> Json:
        with self._errors():
            found: Any = self._api.http_get(path, obey_rate_limit=False)
        if not isinstance(found, dict):
            raise Unavailable(f"GitLab answered {path} with something else than JSON")
        return found

    def _list(self, path: str, **query: Any) -> list[Json]:
        with self._errors():
            rows = self._api.http_list(path, query_data=query, iterator=True, obey_rate_limit=False)
            return [dict(row) for row in rows]

    def _remember(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        wait = response.headers.get("Retry-After", "")
        self._retry_after = float(wait) if wait.isdecimal() else None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """GitLab's and the network's errors as ours."""
        self._retry_after = None
        try:
            yield
        except GitlabAuthenticationError as error:
            raise Unauthorized(f"GitLab does not accept the token: {error}") from error
        except GitlabParsingError as error:
            raise Unavailable("GitLab answered with something else than JSON") from error
        except GitlabError as error:
            status = error.response_code or 0
            if status in TRY_AGAIN or status >= 500 or status == 0:
                raise Unavailable(f"GitLab answered {error}", self._retry_after) from error
            raise Refused(f"GitLab answered {error}", status) from error
        except requests.RequestException as error:
            raise Unavailable(f"GitLab did not answer: {type(error).__name__}") from error
