"""A sandbox and the bot beside it, for tests that go over real HTTP. The bot looks when it is told to."""

from dataclasses import dataclass, field
from typing import Any

import gitlab

from app.clock import SandboxClock
from app.core.evaluate import evaluate
from app.core.keys import STATUS, key_of
from app.core.model import IssueRef
from app.core.plan import Summon
from app.core.ruleset import Ruleset
from app.gitlab.client import GitLab
from app.gitlab.line import Line
from app.journal import Journal
from app.reconcile import Looked, reconcile
from app.sandbox.stage import PROJECT, Stage
from app.sweep import Report, choose_boards, sweep
from tests import plain


@dataclass
class Town:
    """One sandbox at `url`, the shipped rules, and a bot with `token`."""

    url: str
    ruleset: Ruleset
    journal: Journal | None = None
    token: str = "sandbox-triage-bot"
    bot_users: frozenset[str] = frozenset()
    bot: GitLab = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SandboxClock(self.url)
        self._open: list[Any] = [self.clock]
        self._people: dict[str, gitlab.Gitlab] = {}
        self.become(self.token, self.bot_users)

    def close(self) -> None:
        for opened in self._open:
            opened.close()
        for person in self._people.values():
            person.session.close()

    def become(self, token: str, bot_users: frozenset[str] = frozenset()) -> None:
        """The bot goes on with another token."""
        self.bot = GitLab(self.url, token, bot_users, Line(100_000, 100_000))  # tests have no minute to wait
        self._open.append(self.bot)

    def stage(self) -> Stage:
        """The story's people in this sandbox."""
        stage = Stage(self.url)
        self._open.append(stage)
        return stage

    def person(self, name: str) -> gitlab.Gitlab:
        if name not in self._people:
            self._people[name] = gitlab.Gitlab(self.url, private_token=f"sandbox-{name}")
        return self._people[name]

    def project(self, name: str, path: str = PROJECT) -> Any:
        return self.person(name).projects.get(path)

    def set_clock(self, **body: object) -> None:
        plain.post(f"{self.url}/-/sandbox/clock", json=body).raise_for_status()

    def fault(self, **fault: object) -> None:
        plain.post(f"{self.url}/-/sandbox/faults", json=fault).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        """Every API call so far."""
        found: list[dict[str, Any]] = plain.get(f"{self.url}/-/sandbox/requests").json()
        return found

    def notified(self) -> Any:
        return plain.get(f"{self.url}/-/sandbox/notifications").json()

    def writes(self) -> list[str]:
        """The calls of the bot's that changed something, as `METHOD path`."""
        return [
            f"{r['method']} {r['path']}"
            for r in self.requests()
            if r["method"] != "GET" and "bot" in r["user"]
        ]

    def look(self, issue: Any, **options: Any) -> Looked:
        """One reconcile of the issue."""
        ref = IssueRef(issue.project_id, issue.iid)
        return reconcile(
            ref, gitlab=self.bot, ruleset=self.ruleset, now=self.clock.now, journal=self.journal, **options
        )

    def sweep(self, *boards: str, **options: Any) -> Report:
        """A sweep; unless told otherwise, one beside which no service runs."""
        chosen = choose_boards(self.ruleset, list(boards))
        options = {"alone": True, **options}
        return sweep(
            chosen,
            gitlab=self.bot,
            ruleset=self.ruleset,
            now=self.clock.now,
            journal=self.journal,
            **options,
        )

    def bot_notes(self, issue: Any) -> list[str]:
        """The texts of the bot's notes, oldest first."""
        fresh = self.project("maria").issues.get(issue.iid)
        notes = sorted(fresh.notes.list(get_all=True), key=lambda n: n.id)
        return [n.body for n in notes if not n.system and n.author["username"] in self.bot.bots()]

    def board(self, iids: list[int], *, all_notes: bool = False) -> dict[int, dict[str, object]]:
        """What two boards are compared by: state, labels, assignees, open findings with their notes (by key and body).

        With `all_notes`, every note of the bot's by key.
        """
        return {iid: self._request(iid, all_notes=all_notes) for iid in iids}

    def _request(self, iid: int, *, all_notes: bool) -> dict[str, object]:
        project = self.project("maria")
        looked = reconcile(
            IssueRef(project.id, iid),
            gitlab=self.bot,
            ruleset=self.ruleset,
            now=self.clock.now,
            apply=False,
        )
        issue, plan = looked.issue, looked.plan
        notes = {key: n.body for n in issue.notes if (key := key_of(n, issue))}
        others = tuple(n for n in issue.notes if n.system or not issue.is_bot(n.author))
        bare = evaluate(_without_notes(issue, others), self.ruleset, plan.at)
        open_keys = {a.key for a in bare.actions if isinstance(a, Summon)}
        open_keys |= {STATUS} if any(getattr(a, "key", "") == STATUS for a in bare.actions) else set()
        return {
            "state": issue.state,
            "labels": issue.labels,
            "assignees": {u.username for u in issue.assignees},
            "findings": {o.rule for o in plan.findings},
            "pending": [str(a) for a in plan.actions],
            "notes": set(notes) if all_notes else {k: b for k, b in notes.items() if k in open_keys},
        }


def _without_notes(issue: Any, notes: Any) -> Any:
    from dataclasses import replace

    return replace(issue, notes=notes)
