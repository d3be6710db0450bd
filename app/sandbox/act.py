"""Somebody doing something: the acting user, the world, and what everyone is told of it."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime

from app.sandbox import payloads
from app.sandbox.access import level, may_read_issue, may_read_note, members_of
from app.sandbox.entities import GUEST, Award, Hook, Issue, Note, Project, User
from app.sandbox.hook_sender import Delivery
from app.sandbox.mentions import mentioned, referenced
from app.sandbox.shapes import Json, reference
from app.sandbox.world import Notification, World

TOUCH_SECONDS = 60


@dataclass(frozen=True)
class Act:
    """`chain` is the X-Gitlab-Event-UUID that the request carried: hooks fire once in such a chain."""

    world: World
    user: User
    chain: str | None = None

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def new_note(
        self, issue: Issue, body: str, at: datetime, system: bool = False, internal: bool = False
    ) -> Note:
        """A note of the acting user, put on the issue without further consequences."""
        number = self.world.next_id("note")
        discussion = hashlib.sha1(f"discussion {number}".encode(), usedforsecurity=False).hexdigest()
        note = Note(number, body, self.user, at, at, discussion, system, internal)
        issue.notes.append(note)
        return note

    def tell_issue_hooks(self, issue: Issue, action: str, changes: Json) -> None:
        scope = "confidential_issue" if issue.confidential else "issue"
        body = payloads.issue_event(self.world, issue, self.user, action, changes)
        self._fire(issue.project, f"{scope}s_events", f"{scope}_hooks", body)

    def tell_note_hooks(self, issue: Issue, note: Note, action: str) -> None:
        scope = "confidential_note" if note.internal or issue.confidential else "note"
        body = payloads.note_event(self.world, issue, note, action)
        self._fire(issue.project, f"{scope}_events", f"{scope}_hooks", body)

    def tell_emoji_hooks(self, issue: Issue, note: Note | None, award: Award, action: str) -> None:
        body = payloads.emoji_event(self.world, issue, note, award, self.user, action)
        self._fire(issue.project, "emoji_events", "emoji_hooks", body)

    def _fire(self, project: Project, flag: str, trigger: str, body: Json) -> None:
        for hook in project.hooks.values():
            if hook.flags.get(flag):
                self.world.hooks.send(self.delivery(hook, trigger, body))

    def delivery(self, hook: Hook, trigger: str, body: Json) -> Delivery:
        return Delivery(hook, trigger, encoded(body), self.world.base_url, self.chain)

    def tell_people(self, issue: Issue, text: str, before: str = "", note: Note | None = None) -> None:
        """Notify whom `text` names and `before` did not, and leave a line on each issue that it newly refers to."""
        names = mentioned(text) - mentioned(before)
        named = {user for name in names for user in self._named(name, issue)}
        users = sorted(user.username for user in named if note is None or may_read_note(user, issue, note))
        if users:
            told = Notification(
                self.now,
                issue.project.id,
                issue.iid,
                note.id if note else None,
                self.user.username,
                tuple(users),
            )
            self.world.notifications.append(told)
        for path, iid in sorted(referenced(text) - referenced(before)):
            self._cross_reference(issue, path, iid)

    def _named(self, name: str, issue: Issue) -> list[User]:
        """Users called so: one, the members of a group, or of the project for @all; never the acting one."""
        if name == "all":
            named = [m.user for m in members_of(issue.project).values()]
            named = named if level(self.user, issue.project) >= GUEST else []
        elif user := self.world.user(name):
            named = [user]
        else:
            group = None if name.isdigit() else self.world.group(name)
            named = [m.user for m in members_of(group).values()] if group else []
        return [user for user in named if user is not self.user and may_read_issue(user, issue)]

    def _cross_reference(self, issue: Issue, path: str, iid: int) -> None:
        project = self._project_called(path, issue)
        target = project.issues.get(iid) if project else None
        if target is None or target is issue or not may_read_issue(self.user, target):
            return
        body = f"mentioned in issue {reference(issue, target.project)}"
        if any(note.system and note.body == body for note in target.notes):
            return
        now = self.now
        self.new_note(target, body, now, system=True)
        touch(target, now)

    def _project_called(self, path: str, issue: Issue) -> Project | None:
        if not path:
            return issue.project
        near = f"{issue.project.group.full_path}/{path}" if "/" not in path else path
        return None if path.isdigit() else self.world.project(near)


def touch(issue: Issue, now: datetime) -> None:
    """Moves updated_at unless that was done in the last 60 seconds. Source: GitLab's throttled_touch.rb"""
    if (now - issue.updated_at).total_seconds() >= TOUCH_SECONDS:
        issue.updated_at = now


def encoded(body: Json) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def issue_called(world: World, text: str, seen_from: Project) -> Issue | None:
    """The issue that a command's argument means: `#1`, `path#1`, `group/path#1` or its URL."""
    found = re.fullmatch(
        r"(?:https?://[^/]+/)?(?P<path>[\w./-]*?)(?:#|/-/(?:issues|work_items)/)(?P<iid>\d+)", text
    )
    if not found:
        return None
    path = found["path"]
    near = f"{seen_from.group.full_path}/{path}" if "/" not in path else path
    project = world.project(near) if path else seen_from
    return project.issues.get(int(found["iid"])) if project else None
