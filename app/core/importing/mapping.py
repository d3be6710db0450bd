"""A policies file as rules of ours: each rule of issues mapped, with examples that run, or left out with the reason."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from app.core.board import Board
from app.core.document import Document, parse
from app.core.evaluate import evaluate
from app.core.example import effects, in_the_cast, run_examples
from app.core.faults import RESERVED, faults_across
from app.core.importing import source
from app.core.importing.actions import Wanted, actions
from app.core.importing.conditions import conditions
from app.core.importing.ending import ends
from app.core.importing.examples import Outcome as Outcomes
from app.core.importing.examples import examples
from app.core.importing.faults import Fault, faults
from app.core.importing.found import Found, Leaf
from app.core.importing.source import PolicyRule, remark
from app.core.importing.writing import written
from app.core.problem import Problem, Unsettled
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.timeline import parse as timeline_of
from app.core.timeline import read_instant

Outcome = Literal["whole", "changed", "left out"]
LONGEST_ID = 60
FILES = ("labels", "quarters")  # in the rules folder, and no rules
# So for every rule, and so no remark on any: this is what it means to be a rule here.
EVERYWHERE = (
    "They act when something happens to an issue or its time has come, and not at a schedule.",
    "They act once for each cause: nothing is said or done again while a condition stays true.",
    "What a person undoes stays undone, as long as the cause lasts.",
    "Issues from before a board's `since` are left alone; closed ones are looked at when something happens to them, "
    "and for 14 days.",
    "An age is reached to the minute; gitlab-triage compares days, and so acts up to a day later.",
    "Of rules that wait for updated_at and are due at once the first acts, and the others wait anew: the first by its "
    "id here, the first in the file there.",
    "A name that people chose, such as a title, stands in code within a text.",
)


@dataclass
class Imported:
    """One rule of issues, and what became of it. `text` is our file, empty where it is left out."""

    policy: PolicyRule
    found: Found
    id: str
    when: list[Leaf] = field(default_factory=list)
    wanted: Wanted = field(default_factory=Wanted)
    text: str = ""
    rule: Rule | None = None
    fires: bool = False

    @property
    def outcome(self) -> Outcome:
        """How much of it was taken."""
        if self.found.lacking:
            return "left out"
        return "changed" if self.found.changed else "whole"


@dataclass(frozen=True)
class Import:
    """All that became of a file."""

    file: str
    rules: tuple[Imported, ...]
    not_taken: tuple[Problem, ...]
    faults: tuple[Fault, ...]
    broken: tuple[Problem, ...]  # examples of the rules that were there, which do not come out any more


def imported(document: Document, ruleset: Ruleset, board: str = "") -> Import:
    """The file's rules as rules beside those of the ruleset; what was imported from that file before gives way.

    `board` is the only board on which they are to hold; else they hold on all. The ruleset has one board at least.
    """
    before = f"imported from {document.file}:"
    kept = tuple(rule for rule in ruleset.rules if not rule.why.startswith(before))
    ruleset = replace(ruleset, rules=kept, documents=dict(ruleset.documents))
    projects = {each.file.project.casefold(): each.id for each in ruleset.boards.values()}
    found = []
    taken = {*(rule.id for rule in kept), *RESERVED, *FILES}
    for policy in source.rules(document):
        if policy.resource == "issues":
            one = Imported(policy, Found(policy), _id(policy.name, taken))
            taken.add(one.id)
            one.when, one.wanted = conditions(one.found), actions(one.found, projects)
            _otherwise(one.found)
            found.append(one)
    stage = board or sorted(ruleset.boards)[0]
    for one in found:
        none_yet = {"name": "none yet", "board": stage, "timeline": "", "now": "", "expect": []}
        _write(one, board, [none_yet, none_yet])
    _give_examples(found, ruleset, board, stage)
    for one in found:
        if one.found.lacking:
            one.text, one.fires = "", False
    company = _company(found, ruleset)
    broken = [problem for rule in kept for problem in _broken(rule, ruleset, company)]
    return Import(
        document.file, tuple(found), tuple(_not_taken(document)), tuple(faults(document)), tuple(broken)
    )


def _broken(rule: Rule, alone: Ruleset, company: Ruleset) -> list[Problem]:
    """Examples that come out without the imported rules, and not beside them."""
    found = run_examples(company, rule)
    return found if found and not run_examples(alone, rule) else []


def _otherwise(found: Found) -> None:
    """What changes in meaning beside conditions and actions."""
    policy, said = found.rule, found.rule.part("actions")
    for key in sorted(set(policy.data) - {"name", "conditions", "actions", "limits", "api"}):
        found.change(f'"{key}" is not taken', key)
    key = "comment" if said.get("comment") else "mention"
    if said.get(key) and ends(policy) is False:
        found.change("its comment comes once for each cause, and there again on every run", "actions", key)


def _give_examples(found: list[Imported], ruleset: Ruleset, board: str, stage: str) -> None:
    """Examples that run beside the ruleset's rules and all that is imported. Whoever has none is left out, and the rest
    is tried again without it."""
    while True:
        company = _company(found, ruleset)
        _refuse_faulty(found, company)
        live = [one for one in found if not one.found.lacking]
        company = _company(live, ruleset)
        cast = in_the_cast(company)
        for one in live:
            tried = partial(_runs, cast, cast.boards[stage], one)
            given = examples(one.when, one.wanted, company.boards[stage], company.labels.off, tried)
            one.fires = given.fires
            if given.why_not:
                one.found.lack(given.why_not)
            else:
                _write(one, board, given.examples)
        if all(not one.found.lacking for one in live):
            return


def _runs(company: Ruleset, board: Board, one: Imported, timeline: str, now: str) -> Outcomes:
    """What comes of the timeline beside all rules of the company."""
    assert one.rule is not None  # it could be read
    try:
        issue = timeline_of(timeline, company.templates, project=board.file.project)
        plan = evaluate(issue, company, read_instant(now))
    except (ValueError, Unsettled) as error:
        return [], set(), str(error)
    acting = {action.rule for action in plan.actions} | {each.rule for each in plan.listed}
    by_all = {effect for rule in company.rules if rule.id in acting for effect in effects(plan, rule)}
    return effects(plan, one.rule), by_all, ""


def _company(found: Iterable[Imported], ruleset: Ruleset) -> Ruleset:
    """The ruleset with all that is imported in it."""
    live = [one for one in found if not one.found.lacking and one.rule]
    documents = {one.id: parse(one.text, f"{one.id}.yaml") for one in live}
    rules = [*ruleset.rules, *(one.rule for one in live if one.rule)]
    rules.sort(key=lambda rule: rule.id)  # as they are loaded: of two that want the same, the first does it
    return replace(ruleset, rules=tuple(rules), documents={**ruleset.documents, **documents})


def _refuse_faulty(found: list[Imported], company: Ruleset) -> None:
    """What is wrong between the rules, told of those that are imported."""
    by_file = {f"{one.id}.yaml": one for one in found if not one.found.lacking}
    for problem in faults_across(company):
        if problem.file in by_file:
            by_file[problem.file].found.lack(f"in the way: {problem.message}")


def _write(one: Imported, board: str, given: list[dict[str, Any]]) -> None:
    """The rule as its file, and read back from it."""
    if one.found.lacking:
        one.text, one.rule = "", None
        return
    place = f"{one.policy.document.file}:{one.policy.line}"
    data: dict[str, Any] = {"id": one.id, "summary": one.policy.name, "why": f"imported from {place}"}
    if board:
        data["applies_to"] = {"boards": [board]}
    data["check"] = {"kind": "condition", "when": one.when}
    if one.wanted.summon:
        data["while_failing"] = {"summon": one.wanted.summon}
    if one.wanted.does:
        data["does"] = one.wanted.does
    if one.wanted.summary:
        data["summary_issue"] = one.wanted.summary
    if limit := _limit(one.found):
        data["limit"] = limit
    data["examples"] = given
    one.found.changed.sort(key=lambda problem: (problem.line, problem.column))
    remarks = [f"line {problem.line}: {problem.message}" for problem in one.found.changed]
    told = ["Not quite as it was:", *(f"- {remark}" for remark in remarks)] if remarks else []
    one.text = written(data, told)
    read = parse(one.text, f"{one.id}.yaml")
    one.rule = read.read(Rule)
    if one.rule is None:
        one.found.lack("; ".join(f"in the way: {problem.message}" for problem in read.problems))
        one.text = ""


def _limit(found: Found) -> dict[str, int]:
    """How many at a time; what is none is told in `found`."""
    given = found.rule.data.get("limits")
    if not given:
        return {}
    limit = given if isinstance(given, dict) else {}
    name, number = next(iter(limit.items()), ("", None))
    if len(limit) == 1 and name in ("most_recent", "oldest") and type(number) is int and 0 < number <= 10_000:
        return {name: number}
    found.lack("limits is one of most_recent and oldest, with a number up to 10,000", "limits")
    return {}


def _id(name: str, taken: set[str]) -> str:
    """An id out of its name, cut at a word, and not yet taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    slug = re.sub(r"\A(?=[0-9])", "rule-", slug) or "imported-rule"
    if len(slug) > LONGEST_ID:
        slug = slug[:LONGEST_ID].rsplit("-", maxsplit=1)[0]
    numbers = (f"-{number}" for number in range(2, len(taken) + 3))
    return next(slug + end for end in ("", *numbers) if slug + end not in taken)


def _not_taken(document: Document) -> Iterator[Problem]:
    """What of the file is for other resources or other programs, with its lines."""
    data = document.data if isinstance(document.data, dict) else {}
    for key in ("host_url", "api_version", "per_page"):
        if key in data:
            hint = "; say it with TRIAGE_GITLAB_URL" if key == "host_url" else ""
            yield remark(document, (key,), f"{key} is not taken{hint}")
    yield from source.misshapen(document)
    for resource in source.sections(document):
        if resource not in source.RESOURCES:
            message = f'"{resource}" is no resource that gitlab-triage has'
            yield remark(document, ("resource_rules", resource), message)
    for policy in source.rules(document):
        if policy.resource != "issues":
            yield policy.problem(f'the rule "{policy.name}" is for {policy.resource}, and is not taken')
    for policy in source.summaries(document):
        hint = "`triage status` and `triage digest` list what is open"
        yield policy.problem(f'the summary "{policy.name}" of {policy.resource} is not taken; {hint}')
