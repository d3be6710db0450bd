"""The sandbox as the story's people see it: they act through python-gitlab like anybody else."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import gitlab
import requests

PROJECT = "gitlab-com/customer-success/sa-triage-boards/us-east-enterprise-triage"
PEOPLE = ("alice", "sam", "sofia", "maria")
BOT = "triage-bot"
KEY = re.compile(r"\A<!-- triage:(\S+) ")

ANSWERS = {
    "Customer Information": "Acme Corp, https://acme.my.salesforce.com/0068X00001abcdE",
    "Preferred Date Options": "Tue 10 March 10:00 ET, or Wed 11 March 14:00 ET",
    "Target Hosting Environment": "Self-hosted, in their own data centre",
    "Challenges/Pain Points": "Releases take six weeks because every team has its own pipeline.",
    "Required Capabilities": "Scan every merge request for secrets, and block those that hold any.",
    "Current Tools/Competitors": "Jenkins and Bitbucket. Jira has to stay.",
    "SA Asks": "A demo of one hour, with time for technical questions.",
}


def person(url: str, name: str) -> gitlab.Gitlab:
    """Somebody's API client, which goes to this machine straight, whatever proxy the environment names."""
    session = requests.Session()
    session.trust_env = False
    return gitlab.Gitlab(url, private_token=f"sandbox-{name}", session=session)


@dataclass(frozen=True)
class View:
    """One request as anybody sees it: `notes` are the bot's, by key, without their hidden first line;
    `movers` are those who put a label on or off last."""

    state: str
    labels: frozenset[str]
    assignees: frozenset[str]
    notes: dict[str, str]
    movers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stage:
    """The sandbox as the story's people see it."""

    url: str
    issues: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._people = {name: person(self.url, name) for name in PEOPLE}

    def close(self) -> None:
        for person in self._people.values():
            person.session.close()

    def project(self, who: str) -> Any:
        return self._people[who].projects.get(PROJECT, lazy=True)

    def issue(self, who: str, name: str) -> Any:
        """The request as that person has it now; a fresh one for every act."""
        return self.project(who).issues.get(self.issues[name])

    def template(self, left_out: tuple[str, ...] = ()) -> str:
        """The SA Activity template with every block filled but those left out."""
        text = str(self.project("alice").issue_templates.get("SA Activity").content)
        lines = []
        for line in text.splitlines():
            lines.append(line)
            heading = line.removeprefix("## ")
            if heading in ANSWERS and heading not in left_out:
                lines += ["", ANSWERS[heading]]
        return "\n".join(lines)

    def set_clock(self, at: datetime) -> None:
        body = {"set": at.isoformat()}
        self._people["maria"].session.post(f"{self.url}/-/sandbox/clock", json=body).raise_for_status()

    def view(self, name: str) -> View:
        """The request as it stands."""
        issue = self.issue("maria", name)
        keyed = [(m[1], n.body) for n in issue.notes.list(get_all=True) if (m := self._key(n))]
        return View(
            state=issue.state,
            labels=frozenset(issue.labels),
            assignees=frozenset(u["username"] for u in issue.assignees),
            notes={key: body.partition("\n")[2] for key, body in keyed},
            movers={
                e.label["name"]: e.user["username"] for e in issue.resourcelabelevents.list(get_all=True)
            },
        )

    @staticmethod
    def _key(note: Any) -> re.Match[str] | None:
        return KEY.match(note.body) if note.author["username"] == BOT and not note.system else None


@dataclass(frozen=True)
class Expect:
    """What must be so on one request. `says` are words that the bot's notes must hold, by the key's beginning;
    `not_says` are words that they must not."""

    name: str
    labels: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    state: str = "opened"
    says: tuple[tuple[str, str], ...] = ()
    not_says: tuple[tuple[str, str], ...] = ()
    notes: int | None = None

    def differences(self, view: View) -> list[str]:
        """Where the request is not as expected, in words; empty when it is."""
        found = []
        for what in ("state", "labels", "assignees"):
            wanted, there = getattr(self, what), getattr(view, what)
            if wanted != there:
                found.append(f"{self.name}: {what} should be {_listed(wanted)}, is {_listed(there)}")
        if self.notes is not None and len(view.notes) != self.notes:
            found.append(
                f"{self.name}: the bot should have {self.notes} comments here, has {len(view.notes)}"
            )
        for key, words in self.says:
            if not any(k.startswith(key) and words in body for k, body in view.notes.items()):
                found.append(f"{self.name}: no comment {key} says {words!r}")
        for key, words in self.not_says:
            if any(k.startswith(key) and words in body for k, body in view.notes.items()):
                found.append(f"{self.name}: the comment {key} still says {words!r}")
        return found


def _listed(value: object) -> str:
    return ", ".join(sorted(value)) or "nothing" if isinstance(value, frozenset) else str(value)
