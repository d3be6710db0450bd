"""A folder to begin with: the shipped rules, with boards of one's own. Texts in, texts out.

The shipped boards stay beside them, switched off: the examples of rules are set on them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

import yaml

PIPELINE = "triage-pipeline.yml"
COMPONENT = "templates/triage/template.yml"
OFF = "active: false # the examples of rules are set here; nothing is done in it"
_APPLIES = re.compile(r"^(  boards: \[)([^\]]*)(\])", re.MULTILINE)
# What every reader of YAML takes for the text that it is; all else is put in quotes: a project named 2026, or on.
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*( [\w./-]+)*|https?://[\w.:/@%~-]*\w", re.ASCII)
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Answers:
    """What a newcomer says. `like` is the shipped board whose rules and words the new ones get; `zone` makes a calendar
    of its own (`holidays`: a country's code, or `DE-BE` for a part of one), `calendar` names a shipped one."""

    projects: tuple[str, ...]
    sas: tuple[str, ...]
    escalation: tuple[str, ...]
    since: date
    like: str = "us-east"
    zone: str = ""
    holidays: str = ""
    calendar: str = ""
    gitlab_url: str = "https://gitlab.example.com"
    pipeline: str = ""
    source: str = "https://gitlab.example.com/tools/triage-boards.git"
    ref: str = "main"


@dataclass(frozen=True)
class NewFile:
    """A file with what it is for, in a line."""

    text: str
    said: str


@dataclass
class _Start:
    """The shipped texts on their way to the newcomer's."""

    shipped: Mapping[str, str]
    answers: Answers
    texts: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)


def starting(shipped: Mapping[str, str], answers: Answers) -> dict[str, NewFile]:
    """The files by their paths below the folder. `shipped` are the texts below `rules/`, `issue_templates/` and
    `templates/`. Errors: ValueError with what is wrong with the answers."""
    start = _Start(shipped, answers)
    if f"rules/boards/{answers.like}.yaml" not in shipped:
        known = ", ".join(sorted(_stems(shipped, "rules/boards/")))
        raise ValueError(f'there is no shipped board "{answers.like}"; there are {known}')
    if answers.calendar and answers.calendar not in _stems(shipped, "rules/calendars/"):
        known = ", ".join(sorted(_stems(shipped, "rules/calendars/")))
        raise ValueError(f'there is no shipped calendar "{answers.calendar}"; there are {known}')
    start.texts.update({path: text for path, text in shipped.items() if path != COMPONENT})
    calendar = _calendar(start)
    _boards(start, calendar)
    _applied(start)
    start.texts |= {
        PIPELINE: shipped[COMPONENT],
        ".gitlab-ci.yml": _pipeline(start),
        ".env.example": _environment(answers),
    }
    return {path: NewFile(text, _said(path, text, start)) for path, text in sorted(start.texts.items())}


def _stems(shipped: Mapping[str, str], folder: str) -> set[str]:
    return {PurePosixPath(path).stem for path in shipped if path.startswith(folder)}


def _calendar(start: _Start) -> str:
    """The id of the boards' calendar; empty for that of the board they are like."""
    answers = start.answers
    if answers.calendar or not answers.zone:
        return answers.calendar
    id_ = _slug(answers.zone)
    country, _, part = answers.holidays.partition("-")
    days = "".join(f'  {day}: [["09:00", "17:00"]]\n' for day in ("mon", "tue", "wed", "thu", "fri"))
    where = f"{{country: {country}{f', subdivision: {part}' if part else ''}}}"
    text = f"# Write your working hours and holidays here.\nzone: {answers.zone}\nhours:\n{days}"
    start.texts[f"rules/calendars/{id_}.yaml"] = text + (f"holidays: {where}\n" if country else "")
    return id_


def _boards(start: _Start, calendar: str) -> None:
    """A file for each project, and the shipped ones switched off; the project of a shipped board keeps its id."""
    shipped = {path: text for path, text in start.shipped.items() if path.startswith("rules/boards/")}
    by_project = {
        _value(text, "project").casefold(): PurePosixPath(path).stem for path, text in shipped.items()
    }
    for path, text in shipped.items():
        start.texts[path] = _with(text, "active", OFF)
    taken = {PurePosixPath(path).stem for path in shipped}
    for project in start.answers.projects:
        id_ = by_project.get(project.casefold()) or _id(project, taken)
        taken.add(id_)
        start.ids.append(id_)
        like = shipped.get(f"rules/boards/{id_}.yaml") or shipped[f"rules/boards/{start.answers.like}.yaml"]
        start.texts[f"rules/boards/{id_}.yaml"] = _board(like, id_, project, calendar, start.answers)


def _id(project: str, taken: set[str]) -> str:
    """A board's id that nobody has: the project's name, with as much before it as it takes."""
    parts = project.split("/")
    for count in range(1, len(parts) + 1):
        if (found := _slug("-".join(parts[-count:]))) not in taken:
            return found
    return next(f"{found}-{n}" for n in range(2, len(taken) + 3) if f"{found}-{n}" not in taken)


def _text(value: str) -> str:
    """The value as YAML writes it, in a list of one line too."""
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return value if plain else json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.lower()).strip("-")


def _board(text: str, id_: str, project: str, calendar: str, answers: Answers) -> str:
    people = _list(answers.escalation)
    name = project.rpartition("/")[2].replace("-", " ").replace("_", " ").title()
    for key, value in (("id", id_), ("name", name), ("project", project)):
        text = _with(text, key, f"{key}: {_text(value)}")
    if calendar:
        text = _with(_with(text, "calendar", f"calendar: {calendar}"), "calendar_by", "")
    text = _with(text, "sas", f"sas: {_list(answers.sas)}")
    text = _with(text, "escalation", f"escalation: {people}")
    text = _with(text, "since", f"since: {answers.since} # older requests are left alone")
    text = _with(_with(text, "active", ""), "watched", "")
    if roles := dict(yaml.safe_load(text).get("roles") or {}):
        told = ", ".join(f"{role}: {people}" for role in roles)
        text = _with(text, "roles", f"roles: {{{told}}} # whom exceptions must mention, and whom rules call")
    return text


def _with(text: str, key: str, line: str) -> str:
    """The YAML with that line in place of a key at the top and all that belongs to it; at the end where it is new."""
    pattern = re.compile(rf"^{key}:.*\n(?:[ \t]+.*\n)*", re.MULTILINE)
    new = f"{line}\n" if line else ""
    return (
        pattern.sub(lambda _: new, text, count=1) if pattern.search(text) else text.rstrip("\n") + f"\n{new}"
    )


def _value(text: str, key: str) -> str:
    found = re.search(rf"^{key}: *(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def _applied(start: _Start) -> None:
    """Rules that hold on the board that the new ones are like hold on these, too; but for a table of which board is for
    what, which says nothing of new ones."""
    like, new = start.answers.like, [i for i in start.ids if f"rules/boards/{i}.yaml" not in start.shipped]

    def further(found: re.Match[str]) -> str:
        ids = [id_.strip() for id_ in found[2].split(",")]
        return found[0] if like not in ids else f"{found[1]}{', '.join([*ids, *map(_text, new)])}{found[3]}"

    for path, text in start.shipped.items():
        if _is_rule(path) and "\n  kind: wrong_board\n" not in text:
            start.texts[path] = _APPLIES.sub(further, text, count=1)


def _is_rule(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == "rules" and name.endswith(".yaml") and name not in ("labels.yaml", "quarters.yaml")


def _pipeline(start: _Start) -> str:
    answers = start.answers
    return f"""# Sweeps the boards on a pipeline schedule, checks rules, and tells what a change of them would touch.
# `triage setup --pipeline` makes the schedule and the variables. Where no service runs, write `alone: true`.
include:
  - local: {PIPELINE}
    inputs:
      source: {_text(answers.source)} # the repository of triage itself
      ref: {_text(answers.ref)} # its tag or branch
      boards: {_list(start.ids)}
"""


def _environment(answers: Answers) -> str:
    return f"""# Copy this to .env, fill it in, and never commit that. To use it: set -a; . ./.env; set +a
TRIAGE_GITLAB_URL={answers.gitlab_url}
# The bot's token, scope `api`; the bot is a Planner of the boards' projects.
TRIAGE_GITLAB_TOKEN=
# For `triage setup` alone: a Maintainer's token, scope `api`. Take it out again when you are through.
TRIAGE_SETUP_TOKEN=
# What proves that an event is GitLab's; make one with: openssl rand -hex 32
TRIAGE_WEBHOOK_SECRET=
# Where GitLab reaches `triage serve`.
TRIAGE_PUBLIC_URL=https://triage.example.com
TRIAGE_RULES=rules
"""


def _said(path: str, text: str, start: _Start) -> str:
    """What the file is for."""
    pure = PurePosixPath(path)
    if _is_rule(path):
        return str(yaml.safe_load(text)["summary"])
    if path.startswith("rules/boards/"):
        project = _value(text, "project")
        return (
            f"the board of {project}" if pure.stem in start.ids else "a board of the examples, switched off"
        )
    if path.startswith("rules/calendars/"):
        return f"working hours and holidays in {_value(text, 'zone')}"
    if pure.parent.name == "earlier":
        return "an earlier version of a template: requests written from it are still read"
    return next((said for pattern, said in FILES if pure.match(pattern)), "part of the rules")


FILES: Sequence[tuple[str, str]] = (
    ("rules/labels.yaml", "what the labels mean, and how they look"),
    ("rules/quarters.yaml", "when the quarters of your fiscal year begin"),
    ("rules/texts/*", "the words of the status note and of answers to orders"),
    ("rules/tests/*", "whole stories with what the rules do in them, for triage rules test"),
    ("rules/schemas/*", "for editors: what may stand in such a file"),
    ("rules/schema.json", "for editors: what may stand in a rule"),
    ("rules/README.md", "what each rule does; triage rules page writes it anew"),
    ("issue_templates/*.md", "an issue template: what a request is asked for"),
    ("issue_templates/*.yaml", "what filled means in the template beside it"),
    (".gitlab-ci.yml", "the pipeline: sweeps, checks and previews of your boards"),
    (PIPELINE, "the jobs that the pipeline includes"),
    (".env.example", "which GitLab, which tokens and secrets: copy it to .env"),
)
