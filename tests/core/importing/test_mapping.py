"""Conditions and actions of gitlab-triage as ours: each construct, what it becomes, and what is said about it."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.document import parse
from app.core.importing.mapping import Imported, imported
from app.core.importing.source import read
from app.core.limits import Limit
from app.core.ruleset import Ruleset
from tests.core.importing.policy import bare, brought, one

X = "labels: [x]"
BOTH = {"any": [{"state": "opened"}, {"state": "closed"}]}
CONDITIONS: list[tuple[str, list[dict[str, Any]]]] = [
    ("state: opened", [{"state": "opened"}]),
    ("labels: [a]", [BOTH, {"label": "a"}]),
    ("labels: a", [BOTH, {"label": "a"}]),
    ("labels: [a, b]", [BOTH, {"label": "a"}, {"label": "b"}]),
    ("labels: [None]", [BOTH, {"labels": "none"}]),
    ("labels: [Any]", [BOTH, {"labels": "any"}]),
    ("labels: ['p::{a, b}']", [BOTH, {"any": [{"label": "p::a"}, {"label": "p::b"}]}]),
    ("forbidden_labels: [a, b]", [BOTH, {"label": "a", "on": False}, {"label": "b", "on": False}]),
    ("labels: [a]\nno_additional_labels: true", [BOTH, {"label": "a"}, {"labels": {"only": ["a"]}}]),
    ("no_additional_labels: true", [BOTH, {"labels": "none"}]),
    ("labels: [a]\nno_additional_labels: false", [BOTH, {"label": "a"}]),
    ("milestone: none", [BOTH, {"milestone": "none"}]),
    ("milestone: Any", [BOTH, {"milestone": "any"}]),
    ("milestone: '18.1'", [BOTH, {"milestone": "18.1"}]),
    (
        "votes: {attribute: upvotes, condition: greater_than, threshold: 2}",
        [BOTH, {"upvotes": {"at_least": 3}}],
    ),
    (
        "votes: {attribute: downvotes, condition: less_than, threshold: 2}",
        [BOTH, {"downvotes": {"at_most": 1}}],
    ),
    ("author_username: alice", [BOTH, {"author": "alice"}]),
    ("weight: None", [BOTH, {"weight": "none"}]),
    ("weight: 3", [BOTH, {"weight": {"at_least": 3, "at_most": 3}}]),
    ("issue_type: issue", [BOTH, {"type": "issue"}]),
    (
        "author_member: {source: group, condition: member_of, source_id: gitlab-com/emea}",
        [BOTH, {"author_in": "group gitlab-com/emea"}],
    ),
    (
        "assignee_member: {source: group, condition: not_member_of, source_id: gitlab-com/emea}",
        [BOTH, {"not": {"assignee_in": "group gitlab-com/emea"}}],
    ),
    (
        "date: {attribute: created_at, condition: newer_than, interval_type: hours, interval: 6}",
        [BOTH, {"age": {"since": "created", "less_than": "6h", "count": "wall"}}],
    ),
    (
        "date: {attribute: closed_at, condition: older_than, interval_type: minutes, interval: 90}",
        [BOTH, {"age": {"since": "closed", "at_least": "90m", "count": "wall"}}],
    ),
    (
        "labels: [a]\ndate: {attribute: updated_at, condition: older_than, interval_type: weeks, interval: 2}",
        [
            BOTH,
            {"label": "a"},
            {"age": {"since": "updated_at", "at_least": "14d", "count": "wall"}},
        ],
    ),
    ("ruby: labels.empty? && author == 'alice'", [BOTH, {"labels": "none"}, {"author": "alice"}]),
]


@pytest.mark.parametrize(("given", "when"), CONDITIONS, ids=[given for given, _ in CONDITIONS])
def test_a_condition_becomes_these(given: str, when: list[dict[str, Any]], ruleset: Ruleset) -> None:
    found = one(given, X if "labels: [x]" not in given else "labels: [y]", ruleset)
    assert found.when == when
    assert found.outcome in ("whole", "changed"), found.found.lacking


@pytest.mark.parametrize(
    ("given", "line", "why"),
    [
        ("state: opened\nhealth_status: needs_attention", 7, "health status"),
        ("state: opened\niteration: none", 7, "iteration"),
        ("state: locked", 6, "locked"),
        ("labels: [a]\n\ndraft: true", 8, "drafts"),
        ("titel: x", 6, "no condition that can be taken"),
        ("issue_type: incident", 6, "incident"),
        ("weight: heavy", 6, "no weight"),
        ("discussions: {attribute: threads, condition: less_than, threshold: 2}", 6, "threads"),
        ("votes: {attribute: upvotes, condition: less_than, threshold: 0}", 6, "fewer than none"),
        ("votes: {attribute: hearts, condition: less_than, threshold: 1}", 6, "hearts"),
        ("votes: 3", 6, "None"),
        (
            "date: {attribute: merged_at, condition: older_than, interval_type: days, interval: 1}",
            6,
            "merged_at",
        ),
        ("date: {attribute: created_at, condition: older_than, interval_type: days}", 6, "how long"),
        (
            "date: {attribute: created_at, condition: older_than, interval_type: years, interval: 11}",
            6,
            "ten years",
        ),
        ("date: {attribute: created_at, condition: than, interval_type: days, interval: 1}", 6, "older_than"),
        (
            "date: {attribute: created_at, condition: older_than, interval_type: days, interval: true}",
            6,
            "how long",
        ),
        ("author_member: {source: instance, condition: member_of, source_id: 1}", 6, "group or project"),
        ("author_member: {source: group, condition: member_of, source_id: [a]}", 6, "path or number"),
        ("author_member: {source: group, condition: member, source_id: a/b}", 6, "none of member_of"),
        ("ruby: active?(resource[:iid])", 6, "active?"),
        ("labels: ['p{1..9999}']", 6, "more than"),
        ("labels: ['p{2..1}']", 6, "no label at all"),
        ("labels: [~]", 6, "no list of names"),
        ("forbidden_labels: {a: b}", 6, "no list of names"),
        ("milestone: [[a]]", 6, "no list of names"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_line(
    given: str, line: int, why: str, ruleset: Ruleset
) -> None:
    found = one(given, X, ruleset)
    assert (found.outcome, found.text) == ("left out", "")
    assert any(problem.line == line and why in problem.message for problem in found.found.lacking)


ACTIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("labels: [x, y]", {"add_labels": ["x", "y"]}, {}),
    ("remove_labels: [a]", {"remove_labels": ["a"]}, {}),
    ("status: close", {"state": "close"}, {}),
    ("comment: Hello.", {"note": "Hello."}, {}),
    ("comment: Hello.\ncomment_internal: true", {"note": {"text": "Hello.", "internal": True}}, {}),
    ("comment: '{{author}} Hello.'", {}, {"who": ["requester"], "text": "Hello."}),
    (
        "comment: |\n  Late.\n\n  CC {{author}} {{assignees}}",
        {},
        {"who": ["requester", "all assignees"], "text": "Late."},
    ),
    (
        "comment: 'Hi {{author}}, {{title}}?'",
        {},
        {"who": ["requester"], "text": "Hi {{ author }}, {{ title }}?"},
    ),
    ("mention: [maria]", {}, {"who": ["@maria"], "text": "have a look, please."}),
    ("comment: See.\nmention: maria", {}, {"who": ["@maria"], "text": "See."}),
    ("comment: Ask @maria.", {}, {"who": ["@maria"], "text": "Ask @maria."}),
    ("comment: '{{web_url}} of {{created_at}}'", {"note": "{{ web_url }} of {{ created_at }}"}, {}),
    (
        "comment: \"By #{2.weeks.from_now.strftime('%Y-%m-%d')}, not #{Date.today}\"",
        {"note": "By {{ in_days[14] }}, not {{ today }}"},
        {},
    ),
    (
        'comment: |\n  Done.\n  /close\n  /label ~x ~"y z"',
        {"state": "close", "add_labels": ["x", "y z"], "note": "Done."},
        {},
    ),
    ("comment: |\n  Done.\n  /unlabel", {"remove_labels": ["a"], "note": "Done."}, {}),
    ("comment: |\n  /remove_due_date\n  /confidential", {"due_date": "none", "confidential": True}, {}),
    ("comment: /assign @sofia", {"assign": "sofia"}, {}),
    ("move: gitlab-com/customer-success/sa-triage-boards/emea-triage", {"move": "emea"}, {}),
    (
        "issue: {title: 'About {{title}}', description: d}",
        {"issue": {"title": "About {{ title }}", "description": "d"}},
        {},
    ),
    ("labels: [x]\nsummarize: {title: t, item: i}", {"add_labels": ["x"]}, {}),
    ("labels: [x]\nredact_confidential_resources: false", {"add_labels": ["x"]}, {}),
]


@pytest.mark.parametrize(("given", "does", "summon"), ACTIONS, ids=[given for given, _, _ in ACTIONS])
def test_an_action_becomes_this(
    given: str, does: dict[str, Any], summon: dict[str, Any], ruleset: Ruleset
) -> None:
    found = one("state: opened\nlabels: [a]", given, ruleset)
    assert (found.wanted.does, found.wanted.summon) == (does, summon)
    assert found.outcome in ("whole", "changed"), found.found.lacking
    assert found.fires


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("delete: true", "branches"),
        ("labels: [x]\nremove_labels: [x]", "takes it off"),
        ("move: nobody/knows", "no board of yours"),
        ("status: merge", "none of close and reopen"),
        ("shout: loud", "no action"),
        ("issue: {description: d}", "title"),
        ("comment: '#{resource[:iid] * 2} is it.'", "cannot be run"),
        ("comment: /lock", "nothing to bring"),
        ("summarize: {item: i}", "needs a title"),
        ("{}", "nothing"),
        ("[labels]", "no mapping"),
        ("labels: [[x]]", "no list of names"),
        ("mention: {a: b}", "no list of names"),
        ("mention: ['a b']", "no username"),
    ],
)
def test_an_action_that_cannot_be_taken_leaves_the_rule_out(given: str, why: str, ruleset: Ruleset) -> None:
    found = one("state: opened\nlabels: [a]", given, ruleset)
    assert found.outcome == "left out"
    assert any(why in problem.message for problem in found.found.lacking)


CHANGED = [
    ("upvotes: {attribute: upvotes, condition: greater_than, threshold: 2}", X, 6, "an old name"),
    ("labels: [No Label]", X, 6, "since 2018"),
    ("milestone: [No Milestone]", X, 6, "since 2018"),
    ("milestone: [a, b]", X, 6, "only the first"),
    ("labels: ['how?']", X, 6, "any character"),
    ("discussions: {attribute: notes, condition: greater_than, threshold: 1}", X, 6, "own comments"),
    ("labels: [a]", "comment: Hello.", 8, "on every run"),
    ("labels: [a]", "remove_labels: [a]\ncomment: Hi.\ncomment_type: thread", 10, "thread"),
    ("labels: [a]", "remove_labels: [a]\ncomment: '{{full_reference}} is late'", 9, "this issue"),
    ("labels: [a]", "remove_labels: [a]\ncomment: '{{state}}'", 9, "there as opened"),
    (
        "labels: [a]",
        "remove_labels: [a]\ncomment: \"By #{2.days.from_now.strftime('%A')}\"",
        9,
        "2 days from now",
    ),
    ("labels: [a]", "remove_labels: [a]\ncomment: |\n  Bye.\n  /lock", 9, "/lock"),
    ("labels: [a]", "labels: [x]\nsummarize: {title: t, item: i}", 9, "edited in place"),
    ("labels: [a]", "labels: [x]\nsummarize: {title: t, destination: a/b}", 9, "own project"),
    (
        "labels: [a]",
        "labels: [x]\nsummarize: {title: t, redact_confidential_resources: false}",
        9,
        "by reference",
    ),
    (
        "labels: [a]",
        "labels: [x]\nsummarize: {title: t}\ncomment_on_summary: c",
        10,
        "under the summary issue",
    ),
]


@pytest.mark.parametrize(("conditions", "actions", "line", "told"), CHANGED)
def test_a_changed_meaning_is_told_with_its_line(
    conditions: str, actions: str, line: int, told: str, ruleset: Ruleset
) -> None:
    found = one(conditions, actions, ruleset)
    assert found.outcome == "changed", found.found.lacking
    assert any(problem.line == line and told in problem.message for problem in found.found.changed)
    assert f"# - line {line}: " in found.text


def limited(limits: str, ruleset: Ruleset) -> Imported:
    rule = f"{{name: a, limits: {limits}, conditions: {{state: opened}}, actions: {{labels: [x]}}}}"
    return brought(f"resource_rules: {{issues: {{rules: [{rule}]}}}}", ruleset).rules[0]


def test_limits_are_taken_as_they_are(ruleset: Ruleset) -> None:
    for limits, limit in (("{oldest: 2}", Limit(oldest=2)), ("{most_recent: 50}", Limit(most_recent=50))):
        found = limited(limits, ruleset)
        assert found.rule
        assert (found.outcome, found.rule.limit) == ("whole", limit)


@pytest.mark.parametrize(
    "limits", ["{oldest: 0}", "{oldest: true}", "{newest: 2}", "{oldest: 1, most_recent: 1}", "7"]
)
def test_limits_that_are_none_leave_the_rule_out(limits: str, ruleset: Ruleset) -> None:
    found = limited(limits, ruleset)
    assert "limits is one of" in found.found.lacking[0].message


def test_a_summary_is_an_issue_that_lists(ruleset: Ruleset) -> None:
    given = """summarize:
  title: "#{resource[:type].capitalize} require labels"
  item: "- [ ] [{{title}}]({{web_url}}) {{labels}}"
  summary: |
    The following {{type}} of "{{title}}":

    {{items}}

    By #{7.days.from_now.strftime('%Y-%m-%d')} for {{author}}

    /label ~"needs attention" ~b
    /spend 1h
"""
    found = one("state: opened\nlabels: [None]", given, ruleset)
    assert found.outcome == "changed", found.found.lacking
    assert found.wanted.summary == {
        "title": "Issues require labels",
        "item": "- [ ] [{{ title }}]({{ web_url }}) {{ labels }}",
        "text": 'The following issues of "{{ title }}":\n\n{{ items }}\n\nBy {{ in_days[7] }} for '
        "{%+ raw %}{{% endraw +%}{author}}",
        "labels": ["needs attention", "b"],
    }
    told = [problem.message for problem in found.found.changed]
    assert any("{{author}} stands for nothing" in each for each in told)
    assert any("/spend 1h" in each for each in told)


def test_ids_come_from_names_and_are_each_once(ruleset: Ruleset) -> None:
    names = [
        "Close  old: Ünits (1/2)",
        "close old units 1 2",
        "1st",
        "日本",
        "x" * 80,
        "word " * 30,
        "Labels",
        "orders",
    ]
    rule = '{{name: "{}", conditions: {{state: opened}}, actions: {{labels: [x{}]}}}}'
    rules = ", ".join(rule.format(name, n) for n, name in enumerate(names))
    found = brought(f"resource_rules: {{issues: {{rules: [{rules}]}}}}", ruleset)
    ids = [each.id for each in found.rules]
    assert ids[:4] == ["close-old-units-1-2", "close-old-units-1-2-2", "rule-1st", "imported-rule"]
    assert ids[6:] == ["labels-2", "orders-2"]
    assert len({*ids}) == len(ids)
    assert all(len(id_) <= 62 for id_ in ids)


def test_what_is_for_others_is_named_with_its_line(ruleset: Ruleset) -> None:
    text = (
        "host_url: https://x\nresource_rules:\n  branches: {rules: [{name: Old, actions: {delete: true}}]}\n"
    )
    text += "  issues:\n    summaries:\n      - {name: All, rules: []}\n  issue: {rules: []}\n"
    told = [(problem.line, problem.message.split(";")[0]) for problem in brought(text, ruleset).not_taken]
    assert told == [
        (1, "host_url is not taken"),
        (7, '"issue" is no resource that gitlab-triage has'),
        (3, 'the rule "Old" is for branches, and is not taken'),
        (6, 'the summary "All" of issues is not taken'),
    ]


def test_what_is_no_rule_is_named_with_its_line(ruleset: Ruleset) -> None:
    text = "resource_rules:\n  epics: x\n  issues:\n    summaries: y\n    rules:\n      - z\n"
    assert [(p.line, p.message) for p in brought(text, ruleset).not_taken] == [
        (2, "epics is no mapping with rules"),
        (6, "it is no mapping, and so no rule"),
        (4, "summaries is no list"),
    ]


def test_a_rule_that_cannot_stand_beside_others_is_left_out_and_the_rest_is_taken(ruleset: Ruleset) -> None:
    rules = "{name: State, conditions: {state: opened}, actions: {remove_labels: [SA Doing]}}, "
    rules += "{name: Fine, conditions: {state: opened, labels: [a]}, actions: {labels: [x]}}"
    found = brought(f"resource_rules: {{issues: {{rules: [{rules}]}}}}", ruleset)
    assert [each.outcome for each in found.rules] == ["left out", "whole"]
    assert found.rules[0].found.lacking[0].message.startswith("in the way: ")


def test_it_comes_out_the_same_each_time_and_again_beside_itself(ruleset: Ruleset) -> None:
    text = "resource_rules: {issues: {rules: [{name: A, conditions: {labels: [a]}, actions: {labels: [x]}}]}}"
    first = brought(text, ruleset)
    again = imported(read(text, "policies.yml"), bare(ruleset), "us-east")
    rule = first.rules[0].rule
    assert rule is not None
    beside = replace(bare(ruleset), rules=(rule,), documents={"a": parse(first.rules[0].text, "a.yaml")})
    assert first.rules[0].text == again.rules[0].text
    assert imported(read(text, "policies.yml"), beside, "us-east").rules[0].id == "a"
    assert imported(read(text, "others.yml"), beside, "us-east").rules[0].id == "a-2"
