"""What is wrong in policies as gitlab-triage itself reads them: of every resource, not only of issues. Codes stay."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from app.core.document import Document, one_of
from app.core.importing.comments import OURS, PLAIN
from app.core.importing.conditions import KNOWN, OLD_NONE
from app.core.importing.ending import ends
from app.core.importing.found import as_list, named
from app.core.importing.source import PolicyRule, rules, summaries, summarised
from app.core.importing.times import UNITS
from app.core.problem import Problem

CODES = {
    "GLT001": "a key is given twice",
    "GLT002": "a condition or action that does not exist, and is ignored",
    "GLT003": "it comments again on every run",
    "GLT004": "a value that GitLab's API took before 2018, and that finds nothing",
    "GLT005": "it closes by updated_at, which the bot itself moves",
    "GLT006": "a condition that is not whole, at which the run stops",
    "GLT007": "conditions that contradict each other",
    "GLT008": "one label is put on and taken off",
    "GLT009": "a placeholder that is not filled in",
    "GLT010": "braces where they mean nothing",
    "GLT011": "a line end that is printed as two characters",
    "GLT012": "a label that is almost, but not quite, the one that it forbids",
    "GLT013": "a rule that does nothing",
    "GLT014": "a condition of another resource",
}
_OF = {  # what each resource has beside, and lacks
    "merge_requests": {"draft", "source_branch", "target_branch", "reviewer_id"},
    "branches": {"protected", "name"},
}
_ONLY_ISSUES = {"health_status", "weight", "issue_type"}
_CHANGING = ("labels", "remove_labels", "status", "mention", "move", "issue", "delete")
_TELLING = ("comment", "comment_type", "comment_internal", "redact_confidential_resources")
_ACTIONS = frozenset((*_CHANGING, *_TELLING, "summarize", "comment_on_summary"))
_DATES = {
    "issues": {"created_at", "updated_at"},
    "epics": {"created_at", "updated_at"},
    "work_items": {"created_at", "updated_at"},
    "merge_requests": {"created_at", "updated_at", "merged_at", "authored_date"},
    "branches": {"committed_date", "authored_date"},
}
_OTHERS = ("merged_at", "merged_by", "reviewers", "source_branch", "target_branch", "items", "name")
_FILLED = frozenset((*OURS, *PLAIN, *_OTHERS))
_PLACEHOLDER = re.compile(r"\{\{(\s*)([\w.]+)(\s*)\}\}")
_BRACES = re.compile(r"\{[^{}]*,[^{}]*\}|\{\s*\d+\s*\.\.\s*\d+\s*\}")


_HINTS = {
    "js": "it is another program's, platinum-triage's; write ruby",
    "title": "titles are asked for in ruby: resource[:title]",
    "upvotes": 'write "votes"',
}


class Fault(NamedTuple):
    """One fault of the original."""

    code: str
    problem: Problem

    def __str__(self) -> str:
        return f"{self.problem} ({self.code})"


def faults(document: Document) -> list[Fault]:
    """Every fault once, in the order of the file: a rule that an anchor brings twice has it once."""
    found = [Fault("GLT001", problem) for problem in document.problems]
    for rule in (*rules(document), *summarised(document)):
        for check in _CHECKS:
            found += [Fault(code, problem) for code, problem in check(rule)]
    for summary in summaries(document):
        found += [Fault(code, problem) for code, problem in _unfilled(summary)]
    return sorted(
        dict.fromkeys(found), key=lambda f: (f.problem.line, f.problem.column, f.code, f.problem.message)
    )


Said = Iterator[tuple[str, Problem]]


def _unknown(rule: PolicyRule) -> Said:
    known = {*KNOWN} - (_ONLY_ISSUES if rule.resource != "issues" else set()) | _OF.get(rule.resource, set())
    everywhere = {*KNOWN} | set().union(*_OF.values())
    for key in rule.part("conditions"):
        if key in known:
            continue
        if key in everywhere:
            told = f'"{key}" is a condition of other resources, and none of {rule.resource}'
            yield "GLT014", rule.problem(told, "conditions", key)
            continue
        hint = _HINTS[key] if key in _HINTS else one_of(str(key), sorted(known))
        told = f'"{key}" is no condition of gitlab-triage\'s documentation, and is ignored at best; {hint}'
        yield "GLT002", rule.problem(told, "conditions", key)
    for key in rule.part("actions"):
        if key not in _ACTIONS:
            told = f'"{key}" is no action, and is ignored; {one_of(str(key), _ACTIONS)}'
            yield "GLT002", rule.problem(told, "actions", key)


def _repeats(rule: PolicyRule) -> Said:
    actions = rule.part("actions")
    text = str(actions.get("comment") or "")
    said = [line for line in text.splitlines() if line.strip() and not line.startswith("/")]
    if (said or actions.get("mention")) and ends(rule) is False:
        told = "its comment does not end its own condition: it comes again on every run"
        yield "GLT003", rule.problem(told, "actions", "comment" if said else "mention")


def _old_values(rule: PolicyRule) -> Said:
    for key, value in (("labels", "None"), ("milestone", "none")):
        given = rule.part("conditions").get(key)
        for i, name in enumerate(named(given)):
            if name.casefold() in OLD_NONE:
                place = (i,) if isinstance(given, list) else ()
                told = f'"{name}" finds nothing since 2018; write {value}'
                yield "GLT004", rule.problem(told, "conditions", key, *place)


def _closes_by_update(rule: PolicyRule) -> Said:
    date, actions = rule.part("conditions").get("date"), rule.part("actions")
    lines = str(actions.get("comment") or "").splitlines()
    closes = actions.get("status") == "close" or any(line.strip() == "/close" for line in lines)
    if closes and isinstance(date, Mapping) and date.get("attribute") == "updated_at":
        told = "it closes by updated_at, which any edit restarts, also the bot's own comment"
        yield "GLT005", rule.problem(told, "conditions", "date", "attribute")


def _incomplete(rule: PolicyRule) -> Said:
    given = rule.part("conditions")
    if isinstance(date := given.get("date"), Mapping):
        yield from _date(rule, date)
    elif "date" in given:
        yield "GLT006", rule.problem("the date says nothing", "conditions", "date")
    if given.get("no_additional_labels") and not as_list(given.get("labels")):
        told = "no_additional_labels needs labels beside it; recent versions stop here. Write labels: [None]"
        yield "GLT006", rule.problem(told, "conditions", "no_additional_labels")
    for key in ("votes", "discussions"):
        if isinstance(given.get(key), Mapping):
            for name in ("attribute", "condition", "threshold"):
                if name not in given[key]:
                    yield "GLT006", rule.problem(f"{name} is missing", "conditions", key)


def _date(rule: PolicyRule, date: Mapping[str, Any]) -> Said:
    for name in ("attribute", "condition", "interval_type", "interval"):
        if name not in date:
            yield (
                "GLT006",
                rule.problem(f"{name} is missing, so that the date says nothing", "conditions", "date"),
            )
    known = _DATES.get(rule.resource)
    wrong = {
        "attribute": known is not None and str(date.get("attribute")) not in known,
        "condition": date.get("condition") not in ("older_than", "newer_than"),
        "interval_type": date.get("interval_type") not in UNITS,
    }
    options = {"attribute": sorted(known or ()), "condition": ["older_than", "newer_than"]}
    for name, is_wrong in wrong.items():
        if name in date and is_wrong:
            told = f'{name} is "{date[name]}"; {one_of(str(date[name]), options.get(name, list(UNITS)))}'
            yield "GLT006", rule.problem(told, "conditions", "date", name)


def _contradicts(rule: PolicyRule) -> Said:
    given = rule.part("conditions")
    on, off = named(given.get("labels")), named(given.get("forbidden_labels"))
    for name in sorted({*on} & {*off}):
        told = f'"{name}" must be on and must be off, so that the rule never finds anything'
        yield "GLT007", rule.problem(told, "conditions", "forbidden_labels", off.index(name))
    if len(on) > 1 and (none := [name for name in on if name.casefold() in ("none", *OLD_NONE)]):
        told = f'"{none[0]}" and another label: the rule never finds anything'
        yield "GLT007", rule.problem(told, "conditions", "labels", on.index(none[0]))


def _on_and_off(rule: PolicyRule) -> Said:
    actions = rule.part("actions")
    off = named(actions.get("remove_labels"))
    for name in sorted({*named(actions.get("labels"))} & {*off}):
        told = f'"{name}" is put on and taken off by the same rule'
        yield "GLT008", rule.problem(told, "actions", "remove_labels", off.index(name))


def _texts(value: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, *path, str(key))


def _unfilled(rule: PolicyRule) -> Said:
    for key in ("comment", "summarize", "issue"):
        for path, text in _texts(rule.part("actions").get(key), "actions", key):
            for before, name, after in dict.fromkeys(_PLACEHOLDER.findall(text)):
                shown = f"{{{{{before}{name}{after}}}}}"
                if before or after:
                    told = f"{shown} is printed as it is; write {{{{{name}}}}}, without blanks"
                    yield "GLT009", rule.problem(told, *path)
                elif name.split(".")[0] not in _FILLED:
                    told = f"{shown} is printed as it is; {one_of(name, _FILLED)}"
                    yield "GLT009", rule.problem(told, *path)
            if re.search(r"\\n(?![a-z])", text):
                told = "a \\n in a block of text is printed as it is; leave a blank line"
                yield "GLT011", rule.problem(told, *path)


def _braces(rule: PolicyRule) -> Said:
    places = (("conditions", "forbidden_labels"), ("actions", "labels"), ("actions", "remove_labels"))
    for part, key in places:
        given = rule.part(part).get(key)
        for i, name in enumerate(named(given)):
            if _BRACES.search(name):
                place = (i,) if isinstance(given, list) else ()
                told = (
                    f'the braces of "{name}" are part of its name here; only labels in conditions know them'
                )
                yield "GLT010", rule.problem(told, part, key, *place)


def _almost(rule: PolicyRule) -> Said:
    """A label that is put on, where the condition forbids one that differs in a character."""
    off, on = (
        named(rule.part("conditions").get("forbidden_labels")),
        named(rule.part("actions").get("labels")),
    )
    for i, name in enumerate(on):
        close = difflib.get_close_matches(name, off, n=1, cutoff=0.93)
        if name not in off and close and not re.search(r"\d", name):
            told = f'it puts on "{name}" and forbids "{close[0]}"; did you mean the same?'
            yield "GLT012", rule.problem(told, "actions", "labels", i)


def _idle(rule: PolicyRule) -> Said:
    if not rule.part("actions"):
        yield "GLT013", rule.problem("it has no actions, and only lists what it finds")


_CHECKS: tuple[Callable[[PolicyRule], Said], ...] = (
    _unknown,
    _repeats,
    _old_values,
    _closes_by_update,
    _incomplete,
    _contradicts,
    _on_and_off,
    _unfilled,
    _braces,
    _almost,
    _idle,
)
