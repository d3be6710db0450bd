"""One issue's history as lines, the way people write it down: rule examples, tests, bug reports.

    2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"
    2026-03-02T15:00Z sam adds "SA Triaged"
    2026-03-02T16:00Z alice comments
      | The second line, and every other, is indented behind a bar.

Verbs: opens, adds, removes, comments, comments internally, edits the description, assigns, unassigns, sets the due
date to 2026-03-20, removes the due date, closes, reopens, says (one of GitLab's own lines), and those of `told_fields`:
makes it confidential or visible, sets or removes the milestone, likes it, renames it. `opens` takes a title and a
description: `from "Template"` is the template untouched, `from "Template" filled` has every block filled, `filled
except "Block"` all but the named ones, and lines behind bars are the text itself. `edits the description` takes the
last three too.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.core import due_date, told_fields
from app.core.acts import EDITED, assignment
from app.core.document import plain_date
from app.core.instants import read_instant as read_instant
from app.core.model import Issue, IssueRef, LabelEvent, Note, StateEvent, User
from app.core.sections import heading_key
from app.core.template import Template

_LINE = re.compile(r"(?P<at>\S+)\s+(?P<who>[\w.-]+)\s+(?P<what>\S.*)")
_DUE = ["the", "due", "date"]
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')


class TimelineError(ValueError):
    """A line that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


@dataclass
class _Draft:
    """The issue while its lines are read."""

    issue: Issue
    templates: Mapping[str, Template]
    users: dict[str, User] = field(default_factory=dict)
    number: int = 0

    def user(self, name: str) -> User:
        return self.users.setdefault(name, User(len(self.users) + 1, name, name.capitalize()))

    def next_id(self) -> int:
        self.number += 1
        return self.number


def parse(
    text: str, templates: Mapping[str, Template], *, project: str, ref: IssueRef = IssueRef(1, 1)
) -> Issue:
    """The issue that the lines tell of. Errors: TimelineError with the line."""
    return Telling(text, templates, project=project, ref=ref).until(None)


class Telling:
    """The lines told one after the other, for whoever looks at the issue in between and changes it."""

    def __init__(
        self, text: str, templates: Mapping[str, Template], *, project: str, ref: IssueRef = IssueRef(1, 1)
    ) -> None:
        self._rest = list(reversed(_entries(text)))
        self._about = (templates, project, ref)
        self._draft: _Draft | None = None
        self._at: datetime | None = None

    @property
    def next_line(self) -> int:
        """The number of the next line; 0 where all is told."""
        return self._rest[-1][0] if self._rest else 0

    def until(self, now: datetime | None) -> Issue:
        """The issue once all is told up to that instant, or to the end, and then in any order.

        Errors: TimelineError with the line.
        """
        while self._rest and self._next(now):
            self._rest.pop()
        if self._draft is None:
            raise TimelineError(1, "a timeline begins with somebody who opens the issue")
        issue = self._draft.issue
        return replace(
            issue,
            label_events=tuple(sorted(issue.label_events, key=lambda e: (e.at, e.id))),
            state_events=tuple(sorted(issue.state_events, key=lambda e: (e.at, e.id))),
            notes=tuple(sorted(issue.notes, key=lambda n: (n.at, n.id))),
        )

    def become(self, issue: Issue) -> None:
        """What is told from now on happens to the issue as it is now."""
        assert self._draft is not None  # nobody has an issue to change before it was told
        self._draft.issue = issue
        ids = [event.id for event in issue.label_events]
        ids += [event.id for event in issue.state_events] + [note.id for note in issue.notes]
        self._draft.number = max([self._draft.number, *ids])

    def _next(self, now: datetime | None) -> bool:
        """Tells the next line, unless it comes after that instant."""
        number, line, block = self._rest[-1]
        match = _LINE.fullmatch(line)
        if match is None:
            raise TimelineError(number, f"{line!r} is no line of a timeline: instant, who, what")
        try:
            at = read_instant(match["at"])
            if now is not None and at > now:
                return False
            if now is not None and self._at is not None and at < self._at:
                raise ValueError("it happens before the line above; put the lines in order")
            self._at = at
            self._draft = _take(self._draft, at, match["who"], match["what"], block, *self._about)
        except ValueError as error:
            raise TimelineError(number, str(error)) from None
        return True


def _entries(text: str) -> list[tuple[int, str, str | None]]:
    """Number, line and the text behind bars below it, without blank lines."""
    found: list[tuple[int, str, str | None]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line.startswith("|") and found:
            first, head, block = found[-1]
            more = raw.lstrip()[1:].removeprefix(" ")
            found[-1] = (first, head, more if block is None else f"{block}\n{more}")
        elif line:
            found.append((number, line, None))
    return found


def _take(
    draft: _Draft | None,
    at: datetime,
    who: str,
    what: str,
    block: str | None,
    templates: Mapping[str, Template],
    project: str,
    ref: IssueRef,
) -> _Draft:
    verb, *words = _WORD.findall(what)
    strings = [json.loads(w) for w in words if w.startswith('"')]
    if draft is None:
        if verb != "opens":
            raise ValueError(f"{what!r} comes before anybody opens the issue")
        return _open(at, who, words, strings, block, templates, project, ref)
    by = draft.user(who)
    draft.issue = replace(_step(draft, at, by, verb, words, strings, block), updated_at=at)
    return draft


def _open(
    at: datetime,
    who: str,
    words: list[str],
    strings: list[str],
    block: str | None,
    templates: Mapping[str, Template],
    project: str,
    ref: IssueRef,
) -> _Draft:
    if not strings:
        raise ValueError('opens needs a title: opens "Acme demo"')
    author = User(1, who, who.capitalize())
    description = _description(words[1:], strings[1:], block, templates)
    issue = Issue(ref, 1, project, strings[0], description, author, at, at)
    return _Draft(issue, templates, {who: author})


def _description(
    words: list[str], strings: list[str], block: str | None, templates: Mapping[str, Template]
) -> str:
    if block is not None:
        return block
    if not words:
        return ""
    if words[0] != "from" or not strings:
        raise ValueError(f'{" ".join(words)!r} is no description; write from "SA Activity"')
    if strings[0] not in templates:
        raise ValueError(f'unknown template "{strings[0]}"; known: {", ".join(sorted(templates))}')
    template = templates[strings[0]]
    if "filled" not in words:
        return template.text
    left = {heading_key(name) for name in strings[1:]}
    known = {heading_key(f.heading): f.example for f in template.file.blocks}
    if unknown := left - set(known):
        raise ValueError(f"unknown block {sorted(unknown)[0]!r} of {template.name}")
    return template.filled({key: text for key, text in known.items() if key not in left})


def _step(
    draft: _Draft, at: datetime, by: User, verb: str, words: list[str], strings: list[str], block: str | None
) -> Issue:
    issue = draft.issue
    if (also := told_fields.told(issue, verb, words, strings)) is not None:
        issue, line = also
        return _note(draft, issue, at, by, line, system=True) if line else issue
    match verb, strings:
        case ("adds" | "removes") as which, [_, *_]:
            for label in strings:
                issue = _label(draft, issue, at, by, which, label)
            return issue
        case "closes", _:
            events = (*issue.state_events, StateEvent(draft.next_id(), at, by, "closed"))
            return replace(issue, state="closed", closed_at=at, state_events=events)
        case "reopens", _:
            events = (*issue.state_events, StateEvent(draft.next_id(), at, by, "reopened"))
            return replace(issue, state="opened", closed_at=None, state_events=events)
        case "comments", _:
            body = block if block is not None else (strings[0] if strings else "")
            return _note(draft, issue, at, by, body, internal="internally" in words)
        case "edits", _ if words[:2] == ["the", "description"]:
            text = _description(words[2:], strings, block, draft.templates)
            if len(words) > 2 or block is not None:
                issue = replace(issue, description=text)
            return _note(draft, issue, at, by, EDITED, system=True)
        case "assigns" | "unassigns", _ if words:
            names = " and ".join(f"@{w}" for w in words)
            return _said(
                draft, issue, at, by, f"assigned to {names}" if verb == "assigns" else f"unassigned {names}"
            )
        case "sets", _ if words[:-1] == [*_DUE, "to"]:
            return _said(draft, issue, at, by, due_date.line(_day(words[-1])))
        case "removes", _ if words == _DUE:
            return _said(draft, issue, at, by, due_date.line(None))
        case "says", [_, *_]:
            return _said(draft, issue, at, by, strings[0])
    raise ValueError(f"cannot read {verb!r}; the verbs stand in the timeline notation")


def _label(draft: _Draft, issue: Issue, at: datetime, by: User, verb: str, label: str) -> Issue:
    event = LabelEvent(draft.next_id(), at, by, "add" if verb == "adds" else "remove", label)
    labels = issue.labels | {label} if verb == "adds" else issue.labels - {label}
    return replace(issue, labels=labels, label_events=(*issue.label_events, event))


def _note(
    draft: _Draft,
    issue: Issue,
    at: datetime,
    by: User,
    body: str,
    *,
    system: bool = False,
    internal: bool = False,
) -> Issue:
    note = Note(draft.next_id(), at, by, body, system, internal)
    return replace(issue, notes=(*issue.notes, note))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(str(plain_date(text)))
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as 2026-03-20") from None


def _said(draft: _Draft, issue: Issue, at: datetime, by: User, body: str) -> Issue:
    """One of GitLab's own lines, with what it tells of: who is assigned now, and when the issue is due."""
    hidden = told_fields.confidential(body, issue.confidential)
    issue = replace(issue, due_date=due_date.told(body, issue.due_date), confidential=hidden)
    return _assigned(draft, _note(draft, issue, at, by, body, system=True), body)


def _assigned(draft: _Draft, issue: Issue, body: str) -> Issue:
    on, off = assignment(body)
    kept = [u for u in issue.assignees if u.username not in off]
    added = [draft.user(name) for name in sorted(on) if name not in {u.username for u in kept}]
    return replace(issue, assignees=(*kept, *added))
