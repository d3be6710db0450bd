"""The one way to GitLab's API, on python-gitlab: fetches an issue whole, applies a plan, lists issues. Never sleeps.

One client per thread: a requests session is not promised to be safe in several.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import gitlab
import requests
from gitlab.exceptions import GitlabAuthenticationError, GitlabError, GitlabParsingError

from app.core.keys import key_of
from app.core.model import Issue, IssueRef, Note, User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Change,
    Move,
    Plan,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    Unassign,
    Written,
)
from app.errors import ConfigError, Refused, Unauthorized, Unavailable
from app.gitlab import payloads
from app.gitlab.members import Members
from app.gitlab.payloads import Json
from app.gitlab.waiting import retry_after

TIMEOUT_SECONDS = 10
POST_SETTLES_SECONDS = 60.0
TRY_AGAIN = frozenset({408, 409, 425, 429})

GroupsOf = Callable[[Issue], frozenset[str]]


def _none(_issue: Issue) -> frozenset[str]:
    return frozenset()


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
        self.members = Members(self._list)

    def close(self) -> None:
        """Ends the connections."""
        self._api.session.close()

    def me(self) -> User:
        """The user whose token this is."""
        if self._me is None:
            self._me = payloads.user(self._get("/user"))
        return self._me

    def ask_me(self) -> User:
        """The user whose token this is, asked anew: tells whether GitLab answers and takes the token."""
        self._me = None
        return self.me()

    def bots(self) -> frozenset[str]:
        """The usernames of all users that are the bot."""
        return self._bot_users | {self.me().username}

    def fetch(self, ref: IssueRef, groups_of: GroupsOf, former_groups_of: GroupsOf = _none) -> Issue:
        """The issue with all its events and notes, or an error: never a part of it.

        `groups_of` names the groups whose members matter, `former_groups_of` those of boards where the issue was
        before: of these the ones that the bot may not see are only named in `unseen_groups`.
        """
        base = f"/projects/{ref.project_id}/issues/{ref.iid}"
        data = self._get(base)
        events = self._list(f"{base}/resource_label_events")
        states = self._list(f"{base}/resource_state_events")
        notes = self._list(f"{base}/notes", sort="asc", order_by="created_at")
        issue = payloads.issue(data, events, states, notes, bot=self.me(), bots=self.bots())
        groups = {path: self.members.of(path) for path in groups_of(issue)}
        former = {path: self.members.if_seen(path) for path in former_groups_of(issue) - groups.keys()}
        groups |= {path: names for path, names in former.items() if names is not None}
        return replace(issue, groups=groups, unseen_groups=frozenset(former.keys() - groups.keys()))

    def project_id(self, path: str) -> int:
        """The id of a project by its path."""
        return int(self._get(f"/projects/{quote(path, safe='')}", what=f"project {path}")["id"])

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
        fields = [a for a in plan.actions if isinstance(a, Change)]
        if fields:
            self._check_lease(still_held)
            self._change(issue, fields)
            done.extend(fields)
        for action in plan.actions:
            if isinstance(action, Written | Move):
                self._check_lease(still_held)
                done.append(
                    self._move(issue, action) if isinstance(action, Move) else self._write(issue, action)
                )

    @staticmethod
    def _check_lease(still_held: Callable[[], bool]) -> None:
        if not still_held():
            raise LostLease("the lease ran out before everything was written")

    def _change(self, issue: Issue, fields: list[Change]) -> None:
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
        if any(isinstance(a, Reopen) for a in fields):
            body["state_event"] = "reopen"
        with self._errors():
            answer: Any = self._api.http_put(self._path(issue), post_data=body, obey_rate_limit=False)
        self._check_change(answer, adds, removes, wanted - assignees)
        if "state_event" in body and answer["state"] != "opened":
            raise Refused("GitLab left the issue closed; the bot needs the Planner role at least", 403)

    @staticmethod
    def _check_change(answer: Json, adds: list[str], removes: list[str], assigns: set[int]) -> None:
        """GitLab answers 200 and changes nothing when the role is too low: read what it says it did."""
        labels = set(answer["labels"])
        assigned = {u["id"] for u in answer.get("assignees") or ()}
        if not labels.issuperset(adds) or labels & set(removes) or not assigned.issuperset(assigns):
            raise Refused(
                "GitLab left labels or assignees as they were; the bot needs the Planner role at least", 403
            )

    def _move(self, issue: Issue, action: Move) -> Action:
        """Moves the issue, or says on it that GitLab does not let us: whoever asked for it gets an answer."""
        try:
            self._post(f"{self._path(issue)}/move", {"to_project_id": self.project_id(action.project)})
        except Refused:
            if self._get(self._path(issue)).get("moved_to_id"):  # somebody else was faster
                return action
            return self._write(issue, Reply(action.rule, action.key, action.refusal))
        return action

    def _write(self, issue: Issue, action: Written) -> Action:
        path = f"{self._path(issue)}/notes"
        if isinstance(action, PutNote) and action.note_id is not None:
            self._edit(f"{path}/{action.note_id}", action.body)
        elif not self._keyed(issue, action.key):  # somebody else may have written it since the issue was read
            data: Json = {"body": action.body}
            if isinstance(action, Reply) and action.internal:
                data["internal"] = True
            answer = self._post(path, data)
            if "id" not in answer:
                raise Refused(f"GitLab made no note of {action.key}: {answer.get('summary')}")
            self._tidy(issue, action.key)
        return action

    def _edit(self, path: str, body: str) -> None:
        try:
            with self._errors():
                self._api.http_put(path, post_data={"body": body}, obey_rate_limit=False)
        except Refused as error:
            if error.status == 404:  # a person deleted it a moment ago: the next look finds that out
                raise Unavailable("the note that was to be edited is gone") from error
            raise

    def _post(self, path: str, data: Json) -> Any:
        """Posts, once. When no answer comes, it may still be done: the next look must wait for that."""
        try:
            with self._errors():
                return self._api.http_post(path, post_data=data, obey_rate_limit=False)
        except Unavailable as error:
            raise Unavailable(str(error), max(error.retry_after or 0.0, POST_SETTLES_SECONDS)) from error

    def _keyed(self, issue: Issue, key: str) -> list[Note]:
        """Our own token's notes with that key, as GitLab has them now, the oldest first."""
        rows = self._list(f"{self._path(issue)}/notes", sort="asc", order_by="created_at")
        notes = (n for n in map(payloads.note, rows) if n.author.username == self.me().username)
        return sorted((n for n in notes if key_of(n, issue) == key), key=lambda n: (n.at, n.id))

    def _tidy(self, issue: Issue, key: str) -> None:
        """Of two notes with one key the oldest stays, and whoever sees the other deletes it."""
        for surplus in self._keyed(issue, key)[1:]:
            try:
                with self._errors():
                    self._api.http_delete(f"{self._path(issue)}/notes/{surplus.id}", obey_rate_limit=False)
            except Refused as error:
                if error.status != 404:
                    raise

    @staticmethod
    def _path(issue: Issue) -> str:
        return f"/projects/{issue.ref.project_id}/issues/{issue.ref.iid}"

    def _get(self, path: str, *, what: str = "") -> Json:
        with self._errors(what):
            found: Any = self._api.http_get(path, obey_rate_limit=False)
        if not isinstance(found, dict):
            raise Unavailable(f"GitLab answered {path} with something else than JSON")
        return found

    def _list(self, path: str, **query: Any) -> list[Json]:
        with self._errors(query.pop("what", "")):
            rows = self._api.http_list(path, query_data=query, iterator=True, obey_rate_limit=False)
            return [dict(row) for row in rows]

    def _remember(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        self._retry_after = retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))

    @contextmanager
    def _errors(self, what: str = "") -> Iterator[None]:
        """GitLab's and the network's errors as ours."""
        self._retry_after = None
        try:
            yield
        except GitlabAuthenticationError as error:
            remedy = "set TRIAGE_GITLAB_TOKEN to one that is valid and has the scope `api`"
            raise Unauthorized(f"GitLab does not accept the token ({error}); {remedy}") from error
        except GitlabParsingError as error:
            raise Unavailable("GitLab answered with something else than JSON") from error
        except GitlabError as error:
            status = error.response_code or 0
            if status in TRY_AGAIN or status >= 500 or status == 0:
                raise Unavailable(f"GitLab answered {error}", self._retry_after) from error
            raise Refused(f"GitLab answered {error}{f' ({what})' if what else ''}", status) from error
        except requests.exceptions.InvalidURL:
            raise ConfigError(f"TRIAGE_GITLAB_URL: {self._api.url} is no address") from None
        except requests.RequestException as error:
            raise Unavailable(f"{self._api.url} did not answer: {type(error).__name__}") from error
