"""Each board's project: the bot's role there, labels, lists, templates, hooks, and who its people are."""

from collections.abc import Iterator
from urllib.parse import quote

from app.core.board import Board
from app.core.ruleset import Ruleset
from app.core.setup.comparing import (
    EVENTS,
    best_board,
    events_off,
    listed_states,
    missing_labels,
    same_text,
    wanted_labels,
)
from app.doctor.line import Line
from app.errors import Refused
from app.gitlab.client import GitLab
from app.gitlab.hooks import PATH, HookSeen, look_at_hooks
from app.gitlab.payloads import Json

PLANNER, MAINTAINER = 15, 40


class BoardDoctor:
    """Looks at one board. With `deliver`, GitLab sends a test delivery to each hook."""

    def __init__(self, gitlab: GitLab, ruleset: Ruleset, board: Board, *, deliver: bool) -> None:
        self._gitlab, self._ruleset, self._board, self._deliver = gitlab, ruleset, board, deliver
        self._path = f"/projects/{quote(board.file.project, safe='')}"

    def lines(self) -> Iterator[Line]:
        """The lines. Errors: Unauthorized, Unavailable."""
        try:
            project = self._gitlab.calls.get(self._path)
        except Refused as error:
            said = (
                f"there is no project {self._board.file.project}, or the bot may not see it ({error.status})"
            )
            remedy = f"mend `project` in rules/boards/{self._board.id}.yaml, or make the bot a member"
            yield self._line("", "wrong", said, remedy)
            return
        if project.get("archived"):
            yield self._line("", "wrong", "its project is archived", "say `active: false` in its file")
            return
        yield self._role()
        yield from self._people()
        if self._board.file.watched:
            yield self._line(
                "", "fine", "it is only watched: labels, lists, templates and hooks do not matter"
            )
            return
        yield from self._labels()
        yield from self._lists()
        yield from self._templates()
        yield from self._hooks()

    def _line(self, what: str, verdict: str, said: str, remedy: str = "") -> Line:
        about = f"{self._board.id}: {what}" if what else self._board.id
        return Line(about, verdict, said, remedy)  # type: ignore[arg-type]

    def _role(self) -> Line:
        me = self._gitlab.me()
        try:
            level = int(self._gitlab.calls.get(f"{self._path}/members/all/{me.id}")["access_level"])
        except Refused as error:
            if error.status != 404:
                raise
            level = 0
        if level >= PLANNER:
            return self._line("role", "fine", f"the bot has access level {level}")
        said = f"the bot has access level {level}: GitLab would silently leave labels as they are"
        return self._line("role", "wrong", said, f"make {me.username} a Planner ({PLANNER}) of the project")

    def _people(self) -> Iterator[Line]:
        for group in sorted(self._board.groups()):
            names = self._gitlab.members.if_seen(group)
            if names is None:
                remedy = "make the bot a member of it, or name the SAs in the board's file"
                yield self._line("people", "wrong", f"the bot may not see who is in {group}", remedy)
            elif not names:
                yield self._line("people", "warning", f"nobody is in {group}", "add the SAs to it")
        named = {p.name for p in self._board.file.sas if "/" not in p.name} | set(self._board.file.escalation)
        for name in sorted(named):
            if not self._gitlab.calls.page("/users", username=name):
                remedy = f"mend rules/boards/{self._board.id}.yaml"
                yield self._line("people", "wrong", f"there is no user {name}", remedy)

    def _labels(self) -> Iterator[Line]:
        there = [str(row["name"]) for row in self._gitlab.calls.rows(f"{self._path}/labels")]
        wanted = wanted_labels(self._ruleset, self._board)
        names = missing_labels(wanted, there)
        for name, other in names.otherwise.items():
            said = f"{name} is written {other} there"
            remedy = f'rename it there: triage labels rename "{other}" "{name}"; or in rules/labels.yaml'
            yield self._line("labels", "wrong", said, remedy)
        if names.lacking:
            remedy = "run triage setup, or make them in the project or its group"
            yield self._line("labels", "wrong", f"missing: {', '.join(names.lacking)}", remedy)
        if not (names.otherwise or names.lacking):
            yield self._line("labels", "fine", f"all {len(wanted)} are there")

    def _lists(self) -> Iterator[Line]:
        states = self._ruleset.labels.state
        shown = [_listed(board) for board in self._gitlab.calls.rows(f"{self._path}/boards")]
        lists = listed_states(states, best_board(states, shown))
        if lists.missing:
            remedy = "run triage setup, or add a list for each state label, in the order of rules/labels.yaml"
            yield self._line("lists", "warning", f"no list for {', '.join(lists.missing)}", remedy)
        elif not lists.in_order:
            remedy = "drag them into the order of rules/labels.yaml"
            yield self._line("lists", "warning", f"in another order: {', '.join(lists.found)}", remedy)
        else:
            yield self._line("lists", "fine", "one for each state, in order")

    def _templates(self) -> Iterator[Line]:
        same, missing, drifted = list[str](), list[str](), list[str]()
        for name, template in sorted(self._ruleset.templates.items()):
            try:
                there = self._gitlab.calls.get(f"{self._path}/templates/issues/{quote(name, safe='')}")
            except Refused as error:
                if error.status not in (403, 404):
                    raise
                missing.append(name)
                continue
            (same if same_text(str(there.get("content")), template.text) else drifted).append(name)
        remedy = "run triage setup, or commit issue_templates/*.md to .gitlab/issue_templates/ of the project"
        if drifted:
            theirs = remedy.replace("setup,", "setup (with --overwrite where people changed it),")
            yield self._line("templates", "wrong", f"not as ours: {', '.join(drifted)}", theirs)
        if missing:
            yield self._line("templates", "warning", f"not there: {', '.join(missing)}", remedy)
        if same and not (drifted or missing):
            yield self._line("templates", "fine", f"all {len(same)} are there as ours")

    def _hooks(self) -> Iterator[Line]:
        seen = look_at_hooks(self._gitlab.calls, self._board.file.project, mend=False)
        yield from (self._hook(hook) for hook in seen)
        if any(hook.verdict in ("works", "off") for hook in seen):
            yield from self._triggers()

    def _hook(self, hook: HookSeen) -> Line:
        match hook.verdict:
            case "works" | "switched on again":
                failed = bool(hook.last_status) and not hook.last_status.startswith("2")
                remedy = "look at Recent events of the hook" if failed else ""
                return self._line("hook", "warning" if failed else "fine", str(hook), remedy)
            case "missing":
                events = ", ".join(EVENTS.values())
                remedy = (
                    f"run triage setup, or add one to https://YOUR-HOST{PATH}, with the secret, for {events}"
                )
                return self._line("hook", "wrong", str(hook), remedy)
            case "off":
                return self._line("hook", "wrong", str(hook), hook.said)
            case "not seen":
                remedy = (
                    "give the bot the Maintainer role (40) if it is to look after hooks, else look yourself"
                )
                return self._line("hook", "unknown", str(hook), remedy)

    def _triggers(self) -> Iterator[Line]:
        for row in self._gitlab.calls.rows(f"{self._path}/hooks"):
            if not str(row.get("url")).partition("?")[0].rstrip("/").endswith(PATH):
                continue
            if off := events_off(flag for flag in EVENTS if row.get(flag)):
                said = f"it is not told of {', '.join(EVENTS[flag] for flag in off)}"
                yield self._line("hook", "wrong", said, "tick them in the hook's settings")
            if row.get("enable_ssl_verification") is False and str(row.get("url")).startswith("https"):
                said = "it does not verify the certificate"
                yield self._line("hook", "warning", said, "tick SSL verification in the hook's settings")
            if self._deliver:
                yield self._delivered(row)

    def _delivered(self, row: Json) -> Line:
        try:
            self._gitlab.calls.post(f"{self._path}/hooks/{row['id']}/test/issues_events", {})
        except Refused as error:
            if error.status == 422 and "data for" in str(error):
                said = "GitLab sends a test delivery only where there is an issue"
                return self._line("delivery", "unknown", said, "open a request there, and look again")
            remedy = "is the service up, reachable from GitLab, and does it have the same secret?"
            return self._line("delivery", "wrong", f"a test delivery failed: {error}", remedy)
        return self._line("delivery", "fine", "a test delivery was answered")


def _listed(board: Json) -> list[str]:
    """The labels of a board's lists, in order."""
    lists = sorted(board.get("lists") or (), key=lambda each: int(each.get("position") or 0))
    return [str(each["label"]["name"]) for each in lists if each.get("label")]
