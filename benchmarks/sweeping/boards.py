"""A sandbox in a process of its own, full of requests on which nothing is to be done. Measures nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from app.core.model import Issue, Note, User
from app.core.ruleset import Ruleset
from benchmarks.descriptions import with_own_number
from benchmarks.faults.processes import Sandbox
from benchmarks.histories import BOARDS, Past, requests

SEEN_AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
PAST = Past(
    label_events=20,
    notes=5,
    kept_notes=4,
    ends=("answered", "answered", "late", "waiting"),
    seen_at=SEEN_AT,
)
STORIES = 240  # different histories; so many times the number of boards
AT_ONCE = 500  # issues in one call
BYSTANDER = "root"  # whose comment asks nothing of the bot

Json = dict[str, Any]


@dataclass
class Place:
    """One board's project: its id, and how many issues it has."""

    project_id: int
    issues: int = 0


@dataclass
class Boards:
    """The sandbox and its issues. Its clock stands still at the instant at which all were seen."""

    sandbox: Sandbox
    places: dict[str, Place] = field(default_factory=dict)
    asked: int = 0  # API calls that it has told of

    @classmethod
    def start(cls, folder: Path) -> "Boards":
        return cls(Sandbox.start(folder, SEEN_AT.isoformat()))

    def close(self) -> None:
        self.sandbox.process.stop()

    @property
    def url(self) -> str:
        return self.sandbox.url

    def seed(self, stories: list[Issue], number: int) -> None:
        """So many open issues, by turns on the boards, each with a description and a hidden key of its own."""
        waiting: dict[str, list[Json]] = {}
        for n in range(number):
            story = stories[n % len(stories)]
            place = self.places.setdefault(story.project, Place(story.ref.project_id))
            place.issues += 1
            waiting.setdefault(story.project, []).append(history(story, place.issues, n))
        for project, histories in waiting.items():
            rest = iter(histories)
            while batch := list(islice(rest, AT_ONCE)):
                self.sandbox.control("seed", {"project": project, "histories": batch})

    def latency(self, milliseconds: int) -> None:
        self.sandbox.control("settings", {"latency_ms": milliseconds})

    def comment(self, number: int) -> None:
        """A person's comment on so many issues, evenly over the boards."""
        headers = {"PRIVATE-TOKEN": f"sandbox-{BYSTANDER}"}
        with httpx.Client(base_url=f"{self.url}/api/v4", headers=headers, trust_env=False) as person:
            for project_id, iid in islice(self._evenly(number), number):
                body = {"body": "For the record: we spoke about it on the phone today."}
                person.post(f"/projects/{project_id}/issues/{iid}/notes", json=body).raise_for_status()

    def _evenly(self, number: int) -> Iterator[tuple[int, int]]:
        share = -(-number // len(self.places))
        for n in range(share):
            for place in self.places.values():
                yield place.project_id, 1 + n * place.issues // share

    def requests(self) -> list[Json]:
        """The API calls since this was asked last, none left out. RuntimeError when the sandbox forgot some."""
        found: list[Json] = self.sandbox.control("requests")
        self.sandbox.control("requests", method="DELETE")
        if found and found[0]["index"] != self.asked:
            raise RuntimeError("there were more API calls than the sandbox keeps; take fewer issues")
        self.asked += len(found)
        return found


def stories(ruleset: Ruleset, url: str, number: int = STORIES) -> list[Issue]:
    """Different histories on all boards, on which nothing is to be done at `SEEN_AT`, nor after a bystander's word."""
    number = max(1, number // len(BOARDS)) * len(BOARDS)
    return [request.settled for request in requests(ruleset, number, past=PAST, url=url)]


def history(story: Issue, iid: int, number: int) -> Json:
    """The story as the sandbox takes it, told of another issue."""
    return {
        "title": f"{story.title} {number}",
        "author": story.author.username,
        "created_at": story.created_at.isoformat(),
        "description": with_own_number(story.description, number),
        "assignees": [user.username for user in story.assignees],
        "label_events": [
            {"created_at": e.at.isoformat(), "user": _name(e.user), "action": e.action, "label": e.label}
            for e in story.label_events
        ],
        "notes": [
            {
                "created_at": note.at.isoformat(),
                "author": note.author.username,
                "body": _retold(note, story, iid, number),
                "system": note.system,
                "internal": note.internal,
            }
            for note in story.notes
        ],
    }


def _name(user: User | None) -> str:
    return user.username if user else BYSTANDER


def _retold(note: Note, story: Issue, iid: int, number: int) -> str:
    """The bot's hidden keys name the issue, and its status notes quote the description."""
    if note.author.username != story.bot.username:
        return note.body
    rekeyed = note.body.replace(f" {story.ref} -->", f" {story.ref._replace(iid=iid)} -->", 1)
    return with_own_number(rekeyed, number)
