"""The one way to GitLab: fetches an issue whole, applies a plan, lists issues. One client per thread."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import quote

from app.core.deed import Deed, deed_of
from app.core.keys import STATUS, key_of
from app.core.model import Issue, IssueRef, User
from app.core.plan import (
    Change,
    Comment,
    DeleteNote,
    Move,
    OpenIssue,
    Plan,
    PutNote,
    Reply,
    Summon,
    Written,
)
from app.core.surplus import surplus
from app.errors import Refused, Unavailable
from app.gitlab import payloads, related
from app.gitlab.calls import ME, TIMEOUT_SECONDS, Calls, Rows
from app.gitlab.fields import fields_of
from app.gitlab.line import Line, NotSent
from app.gitlab.members import Members
from app.gitlab.payloads import Json
from app.gitlab.snapshot import Snapshot

GroupsOf = Callable[[Issue], frozenset[str]]


def _none(_issue: Issue) -> frozenset[str]:
    return frozenset()


class LostLease(NotSent):
    """Somebody else looks after the issue now: nothing more is written."""


class GitLab:
    """GitLab as the bot sees it. `bot_users` are further usernames that are the bot's."""

    def __init__(
        self,
        url: str,
        token: str,
        bot_users: frozenset[str] = frozenset(),
        line: Line | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """`line` is what the clients of a process share; without one this client has its own. `timeout` in seconds."""
        self.line = line or Line()
        self.calls = Calls(url, token, self.line, timeout)
        self.url, self._token, self._timeout = url, token, timeout
        self._bot_users = bot_users
        self._me: User | None = None
        self.members = Members(self.calls.rows)

    def another(self) -> "GitLab":
        """A client for another thread: with the same line, and with what this one knows of people."""
        other = GitLab(self.url, self._token, self._bot_users, self.line, self._timeout)
        other._me = self._me
        other.members = Members(other.calls.rows, self.members.known)
        return other

    def close(self) -> None:
        """Ends the connections."""
        self.calls.close()

    def me(self) -> User:
        """The user whose token this is."""
        if self._me is None:
            self._me = payloads.user(self.calls.get(ME))
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
        return self.issue_of(self.read(ref), groups_of, former_groups_of)

    def read(self, ref: IssueRef, row: Json | None = None) -> Snapshot:
        """The issue as GitLab gives it, whole. With its `row` of a list it is asked for its events and notes alone:
        good enough to see that there is nothing to do, and too old to write by."""
        base = f"/projects/{ref.project_id}/issues/{ref.iid}"
        return Snapshot(
            self.calls.get(base) if row is None else row,
            self.calls.rows(f"{base}/resource_label_events"),
            self.calls.rows(f"{base}/resource_state_events"),
            self.calls.rows(f"{base}/notes", sort="asc", order_by="created_at"),
        )

    def issue_of(self, seen: Snapshot, groups_of: GroupsOf, former_groups_of: GroupsOf = _none) -> Issue:
        """What was read as an issue, with who is in which group now."""
        history = (seen.label_events, seen.state_events, seen.notes)
        issue = payloads.issue(seen.row, *history, bot=self.me(), bots=self.bots())
        groups = {path: self.members.of(path) for path in groups_of(issue)}
        former = {path: self.members.if_seen(path) for path in former_groups_of(issue) - groups.keys()}
        groups |= {path: names for path, names in former.items() if names is not None}
        return replace(issue, groups=groups, unseen_groups=frozenset(former.keys() - groups.keys()))

    def project_id(self, path: str) -> int:
        """The id of a project by its path. Refused where GitLab knows it by another one, since it was renamed: its
        issues would be those of no board."""
        found = self.calls.get(f"/projects/{quote(path, safe='')}", what=f"project {path}")
        now = str(found["path_with_namespace"])
        if now.casefold() != path.casefold():
            raise Refused(f"project {path} is {now} now: write that into the board's file", 301)
        return int(found["id"])

    def issues(self, project_id: int, *, state: str, updated_after: datetime | None = None) -> Iterator[Json]:
        """The project's issues in that state, least recently updated first, a hundred a page."""
        found = self.listed(project_id, state=state, updated_after=updated_after)
        while (row := found.next()) is not None:
            yield row

    def listed(self, project_id: int, *, state: str, updated_after: datetime | None = None) -> Rows:
        """The same, row by row, each page only when it is needed."""
        query: Json = {"state": state, "issue_type": "issue", "order_by": "updated_at", "sort": "asc"}
        query |= {"pagination": "keyset", "scope": "all"}
        if updated_after:
            query["updated_after"] = updated_after.isoformat()
        return Rows(self.calls, f"/projects/{project_id}/issues", query)

    def apply(self, plan: Plan, issue: Issue, done: list[Deed], still_held: Callable[[], bool]) -> None:
        """Makes the plan so: labels and assignees in one call, then notes. Appends each action to `done` when it is,
        with what it takes to undo it.

        Whatever is left over when it fails is found again by the next look.
        """
        with self.calls.guarded(partial(_check_lease, still_held)):
            # First what the changes may put an end to: it is found by its key when a change fails, and not done twice.
            for first in plan.actions:
                if isinstance(first, Comment):
                    done.append(self._write(issue, first))
                elif isinstance(first, OpenIssue):
                    done.append(self._open(issue, first))
            fields = [a for a in plan.actions if isinstance(a, Change)]
            if fields:
                self._change(issue, fields)
                done.extend(deed_of(action, issue) for action in fields)
            for action in plan.actions:
                match action:
                    case Move():
                        done.append(self._move(issue, action))
                    case DeleteNote(note_id=note_id):
                        self.calls.delete(f"{self._path(issue)}/notes/{note_id}")
                        done.append(deed_of(action, issue))
                    case PutNote() | Summon() | Reply():
                        done.append(self._write(issue, action))

    def _change(self, issue: Issue, fields: list[Change]) -> None:
        wanted = fields_of(issue, fields, self._id)
        wanted.check(self.calls.put(self._path(issue), wanted.body))

    def _id(self, user: User) -> int:
        """The user's id; asked for where a rule only names them."""
        if user.id:
            return user.id
        found: list[Json] = self.calls.rows("/users", username=user.username)
        if not found:
            raise Refused(f"there is no user {user.username} in GitLab, whom a rule assigns", 404)
        return int(found[0]["id"])

    def _open(self, issue: Issue, action: OpenIssue) -> Deed:
        """Opens the related issue unless it was; the note here comes last, since it says that all is done."""
        if not self._is_written(issue, action.key):
            number = related.put(self.calls, issue, action, self.bots())
            return replace(self._write(issue, action.noted(issue.ref, number)), action=action)
        return deed_of(action, issue)

    def _move(self, issue: Issue, action: Move) -> Deed:
        """Moves the issue, or says on it that GitLab does not let us: whoever asked for it gets an answer."""
        try:
            self.calls.post(f"{self._path(issue)}/move", {"to_project_id": self.project_id(action.project)})
        except Refused:
            if self.calls.get(self._path(issue)).get("moved_to_id"):  # somebody else was faster
                return deed_of(action, issue)
            return self._write(issue, Reply(action.rule, action.key, action.refusal))
        return deed_of(action, issue)

    def _write(self, issue: Issue, action: Written) -> Deed:
        path = f"{self._path(issue)}/notes"
        if isinstance(action, PutNote) and action.note_id is not None:
            self._edit(f"{path}/{action.note_id}", action.body)
            return deed_of(action, issue)
        if self._is_written(issue, action.key):
            return deed_of(action, issue)
        data: Json = {"body": action.body}
        if isinstance(action, Reply | Comment) and action.internal:
            data["internal"] = True
        answer = self.calls.post(path, data)
        if "id" not in answer:
            raise Refused(f"GitLab made no note of {action.key}: {answer.get('summary')}")
        self._tidy(issue, action.key)
        return deed_of(action, issue, int(answer["id"]))

    def _edit(self, path: str, body: str) -> None:
        try:
            self.calls.put(path, {"body": body})
        except Refused as error:
            if error.status == 404:  # a person deleted it a moment ago: the next look finds that out
                raise Unavailable("the note that was to be edited is gone") from error
            raise

    def _is_written(self, issue: Issue, key: str) -> bool:
        """Whether somebody has written the note since the issue was read: any of the bot's users, but for the status
        note, which our token must be able to edit."""
        fresh = self._with_notes(issue)
        ours = (n for n in fresh.notes if key != STATUS or n.author.username == issue.bot.username)
        return any(key_of(note, fresh) == key for note in ours)

    def _tidy(self, issue: Issue, key: str) -> None:
        """Of two notes with one key the oldest stays, and whoever sees the other deletes it."""
        for note in surplus(self._with_notes(issue)):
            if key_of(note, issue) == key:
                self.calls.delete(f"{self._path(issue)}/notes/{note.id}")

    def _with_notes(self, issue: Issue) -> Issue:
        """The issue with its notes as GitLab has them now."""
        rows = self.calls.rows(f"{self._path(issue)}/notes", sort="asc", order_by="created_at")
        return replace(issue, notes=tuple(map(payloads.note, rows)))

    @staticmethod
    def _path(issue: Issue) -> str:
        return f"/projects/{issue.ref.project_id}/issues/{issue.ref.iid}"


def _check_lease(still_held: Callable[[], bool]) -> None:
    if not still_held():
        raise LostLease("the lease ran out before everything was written", everywhere=True)
