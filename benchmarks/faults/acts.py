"""What people do on the requests of a fault run: ten acts each, the same in every run. Decides nothing about faults.

Each act is a real change whatever the bot has done by then: nobody puts a label on that the bot might have put on, so
that a run in which the bot looks late has the same history of people's acts as one in which it looks at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from app.sandbox.stage import ANSWERS, PROJECT, Stage

ROUNDS = 10
Json = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """`does` is what: opens, comments, labels, edits, closes, reopens."""

    who: str
    does: str
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def says(who: str) -> Act:
    return Act(who, "comments")


def moves(on: str, *off: str) -> Act:
    return Act("sam", "labels", (on,) if on else (), off)


TRIAGED, DOING, WAITING, FOLLOWUP = "SA Triaged", "SA Doing", "SA Waiting", "SA Followup"
A_BLOCK, TWO_BLOCKS = ("Current Tools/Competitors",), ("Customer Information", "SA Asks")
OPENS = Act("alice", "opens")

# A request that goes well, one that nobody answers, and so on: ten acts each, the first of which opens it. The last one
# often wants something of the bot, so that a sweep has to do it where the event was lost.
STORIES: tuple[tuple[Act, ...], ...] = (
    (  # goes well
        OPENS, moves(TRIAGED), says("alice"), moves(DOING, TRIAGED), says("sam"), says("alice"), says("sam"),
        moves(FOLLOWUP, DOING), says("alice"), Act("sam", "closes"),
    ),
    (  # incomplete, and then filled bit by bit
        Act("alice", "opens", left_out=A_BLOCK + TWO_BLOCKS), says("alice"), Act("alice", "edits", left_out=TWO_BLOCKS),
        moves(TRIAGED), says("alice"), Act("alice", "edits"), moves(DOING, TRIAGED), says("sam"), says("alice"),
        says("alice"),
    ),
    (OPENS, *[says("alice")] * 8, moves(TRIAGED)),  # nobody answers until the end
    (  # two state labels at once
        OPENS, moves(TRIAGED), moves(DOING), says("alice"), says("sam"), moves(FOLLOWUP), says("alice"), says("alice"),
        says("sam"), says("alice"),
    ),
    (  # waits for the requester, who answers
        OPENS, moves(TRIAGED), moves(DOING, TRIAGED), moves(WAITING, DOING), says("alice"), says("sam"),
        moves(FOLLOWUP, WAITING, DOING), says("sam"), says("alice"), says("sofia"),
    ),
    (  # closed, and opened again
        OPENS, says("sam"), Act("alice", "closes"), says("alice"), Act("alice", "reopens"), says("alice"),
        moves(TRIAGED), Act("sam", "closes"), Act("alice", "reopens"), says("alice"),
    ),
    (  # urgent without a reason, and late
        Act("alice", "opens", left_out=A_BLOCK), Act("sam", "labels", ("Expedite",)), says("alice"), says("alice"),
        says("sam"), says("alice"), moves(TRIAGED), says("alice"), says("alice"), says("alice"),
    ),
    (  # the bot is told to be silent, and to speak again
        Act("alice", "opens", left_out=TWO_BLOCKS), Act("sam", "labels", ("bot::off",)), says("alice"), moves(TRIAGED),
        says("alice"), says("alice"), Act("sam", "labels", (), ("bot::off",)), says("alice"), says("alice"),
        moves(DOING, TRIAGED),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Happened:
    """One act as GitLab answered it: who did it, what changed on which request, and its note if it made one."""

    who: str
    action: str
    issue: Json
    note: Json | None = None


class People:
    """Acts over the sandbox's API, each person with a token of their own."""

    def __init__(self, url: str) -> None:
        stage = Stage(url)
        self.template = stage.template()
        stage.close()
        self._http = httpx.Client(base_url=f"{url}/api/v4", timeout=60, trust_env=False)
        self.project_id = int(self._ask("maria", "GET", f"/projects/{PROJECT.replace('/', '%2F')}")["id"])

    def close(self) -> None:
        self._http.close()

    def act(self, round_: int, iids: Iterable[int]) -> list[Happened]:
        """The round's act on each of the requests, in order. In round 0 they are opened, with these numbers."""
        return [self._one(STORIES[(iid - 1) % len(STORIES)][round_], iid, round_) for iid in iids]

    def read(self, iid: int) -> Json:
        """The request as the API tells it."""
        found: Json = self._ask("maria", "GET", self._path(iid))
        return found

    def notes(self, iid: int) -> list[Json]:
        """All notes of the request, oldest first."""
        found: list[Json] = []
        page = 1
        while rows := self._ask("maria", "GET", f"{self._path(iid)}/notes?per_page=100&sort=asc&page={page}"):
            found += rows
            page += 1
        return found

    def _one(self, act: Act, iid: int, round_: int) -> Happened:
        path = self._path(iid)
        match act.does:
            case "opens":
                values = {"title": f"Demo for customer {iid}", "description": self._text(act, iid)}
                issue = self._ask(act.who, "POST", f"/projects/{self.project_id}/issues", values)
                assert issue["iid"] == iid, f"request {iid} got the number {issue['iid']}"
                return Happened(act.who, "open", issue)
            case "comments":
                said = {"body": f"Round {round_} on request {iid}: we go on."}
                note = self._ask(act.who, "POST", f"{path}/notes", said)
                return Happened(act.who, "create", self._ask(act.who, "GET", path), note)
            case "labels":
                changes = {"add_labels": ",".join(act.on), "remove_labels": ",".join(act.off)}
            case "edits":
                changes = {"description": self._text(act, iid)}
            case _:
                changes = {"state_event": act.does.removesuffix("s")}
        changes = {name: value for name, value in changes.items() if value}
        action = changes.get("state_event", "update")
        return Happened(act.who, action, self._ask(act.who, "PUT", path, changes))

    def _text(self, act: Act, iid: int) -> str:
        """The template with its blocks filled, but for those that are left out."""
        lines = []
        for line in self.template.splitlines():
            lines.append(line)
            heading = line.removeprefix("## ")
            if heading not in act.left_out and line in {f"## {name}" for name in ANSWERS}:
                lines += ["", f"{ANSWERS[heading]} (request {iid})"]
        return "\n".join(lines)

    def _path(self, iid: int) -> str:
        return f"/projects/{self.project_id}/issues/{iid}"

    def _ask(self, who: str, method: str, path: str, values: Json | None = None) -> Any:
        answer = self._http.request(method, path, json=values, headers={"PRIVATE-TOKEN": f"sandbox-{who}"})
        if answer.is_error:
            raise RuntimeError(f"{who}: {method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()
