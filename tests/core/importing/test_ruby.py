"""Ruby in policies: idioms and what joins them; all else is unread, and nothing is ever run."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.core.conditions.tree import When
from app.core.importing.patterns import as_glob
from app.core.importing.ruby import Unread, read_ruby

WHEN: TypeAdapter[Any] = TypeAdapter(When)
BUG, OFF = {"label": "bug"}, {"label": "bug", "on": False}
READ = [
    ("labels.map(&:name).include?('bug')", BUG),
    ('resource[:labels].include?("bug")', BUG),
    ("!resource['labels'].include?('bug')", OFF),
    ("not resource['labels'].include?('bug')", OFF),
    ("labels.any? { |l| l.name == 'bug' }", BUG),
    ("labels.any? { |l| l.name == 'bug' || l.name == 'ux' }", {"any": [BUG, {"label": "ux"}]}),
    ("labels.none? { |l| l.name == 'bug' || l.name == 'ux' }", {"all": [OFF, {"label": "ux", "on": False}]}),
    ("resource[:labels].any? { |label| label.start_with?('type::') }", {"label": "type::*"}),
    ("resource[:labels].none? { |label| label.end_with?('::x') }", {"label": "*::x", "on": False}),
    ("resource[:labels].grep(/^severity::.+$/).any?", {"label": "severity::?*"}),
    ("resource[:labels].grep(/^severity::/).empty?", {"label": "severity::*", "on": False}),
    ("labels.empty?", {"labels": "none"}),
    ("resource['labels'].size == 0", {"labels": "none"}),
    ("resource['labels'].length >= 3", {"count": {"of": "labels", "at_least": 3}}),
    ("resource['labels'].count != 2", {"not": {"count": {"of": "labels", "at_least": 2, "at_most": 2}}}),
    ('resource["assignees"].length > 0', {"assignee": "any"}),
    ('resource["assignees"].length == 0', {"assignee": "none"}),
    ("resource[:assignee].nil?", {"assignee": "none"}),
    ("!resource[:assignee]", {"assignee": "none"}),
    ("milestone.nil?", {"milestone": "none"}),
    ("milestone&.started?", {"milestone": "started"}),
    ("milestone&.title == '18.1'", {"milestone": "18.1"}),
    (
        "resource[:title].downcase.match(/^\\[.*sailfish.*\\]/)",
        {"text": {"in": "title", "like": "[*sailfish*]*"}},
    ),
    ("resource[:title] =~ /wip/i", {"text": {"in": "title", "like": "*wip*"}}),
    ("resource[:title].downcase.include?('poc')", {"text": {"in": "title", "contains": "poc"}}),
    ("resource['description'].nil?", {"not": {"text": {"in": "description", "like": "?*"}}}),
    (
        'not resource["description"] or resource["description"] == ""',
        {"not": {"text": {"in": "description", "like": "?*"}}},
    ),
    ("resource[:due_date].nil?", {"due_date": "none"}),
    ("resource[:due_date]", {"due_date": "any"}),
    (
        "DateTime.now + 7 >= resource['due_date']",
        {"due_date": {"in_days": 7}},
    ),
    ("Date.parse(resource[:due_date]) <= Date.today", {"due_date": {"in_days": 0}}),
    ("DateTime.now > DateTime.parse(resource[:due_date])", {"due_date": {"in_days": 0}}),
    (
        "labels_with_details.any? { |l| l.name == 'b' && l.added_at < 1.month.ago }",
        {"age": {"label_on": "b", "at_least": "1mo", "count": "wall"}},
    ),
    ("author == 'alice'", {"author": "alice"}),
    ("resource[:author][:username] != 'alice'", {"not": {"author": "alice"}}),
    ("resource[:upvotes] > 4", {"upvotes": {"at_least": 5}}),
    ("resource[:user_notes_count] == 0", {"count": {"of": "comments", "at_most": 0}}),
    ("resource[:weight].nil?", {"weight": "none"}),
    ("resource[:confidential]", {"confidential": True}),
    ("resource[:state] == 'opened'", {"state": "opened"}),
    (
        "labels_with_details.find { |l| l.name == 'bug' }&.added_at < 2.weeks.ago",
        {"age": {"label_on": "bug", "at_least": "14d", "count": "wall"}},
    ),
    (
        "labels_with_details.any? { |l| l.name == 'bug' && l.added_at > 3.hours.ago }",
        {"age": {"label_on": "bug", "less_than": "3h", "count": "wall"}},
    ),
    (
        "resource['created_at'] > (Time.now - 24.hours).utc",
        {"age": {"since": "created", "less_than": "24h", "count": "wall"}},
    ),
    (
        "Time.parse(resource[:updated_at]) < 3.days.ago",
        {"age": {"since": "updated_at", "at_least": "3d", "count": "wall"}},
    ),
    (
        "(author == 'a' || author == 'b') && !labels.empty?",
        {"all": [{"any": [{"author": "a"}, {"author": "b"}]}, {"labels": "any"}]},
    ),
    ("# says who\nauthor == 'a' &&\n  labels.empty?", {"all": [{"author": "a"}, {"labels": "none"}]}),
    ("!(labels.empty? || milestone.nil?)", {"all": [{"labels": "any"}, {"milestone": "any"}]}),
    ("!!resource[:due_date]", {"due_date": "any"}),
]


@pytest.mark.parametrize(("code", "condition"), READ, ids=[code for code, _ in READ])
def test_an_idiom_is_this_condition(code: str, condition: dict[str, Any]) -> None:
    found, _ = read_ruby(code)
    assert found == condition
    WHEN.validate_python(found)  # and our files may say so


@pytest.mark.parametrize(
    "code",
    [
        "",
        "active?(resource[:iid], 7)",
        "system('rm -rf /')",
        "labels.empty?; system('x')",
        "labels.empty? ? true : false",
        "labels.any? { |l| m.name == 'bug' }",
        "labels.include?('a*')",
        'labels.include?("#{x}")',
        "author == 'a' or author == 'b' and labels.empty?",
        "author == 'a' &&",
        "resource[:time_stats][:time_estimate] == 0",
        "resource[:title].match(/(a|b)+/)",
        "labels.grep(/^a\\d/).any?",
        "resource[:upvotes] < 0",
        "(" * 1000 + "labels.empty?" + ")" * 1000,
        "!" * 1000 + "labels.empty?",
    ],
)
def test_all_else_is_unread(code: str) -> None:
    with pytest.raises(Unread):
        read_ruby(code)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("resource[:title] =~ /wip/", "case"),
        ("Date.parse(resource[:due_date]) < Date.today", "the board's clock"),
        ("resource[:user_notes_count] > 3", "own comments"),
    ],
)
def test_what_an_idiom_means_otherwise_is_told(code: str, told: str) -> None:
    assert told in read_ruby(code)[1][0]


@pytest.mark.parametrize(
    ("expression", "glob"),
    [
        ("^a.*b$", "a*b"),
        ("a", "*a*"),
        ("\\Aa\\z", "a"),
        ("a\\.b", "*a.b*"),
        ("[ab]", None),
        ("a?", None),
        ("\\d", None),
        ("a\\*", None),
    ],
)
def test_simple_expressions_are_patterns(expression: str, glob: str | None) -> None:
    assert as_glob(expression) == glob


@given(
    st.lists(
        st.sampled_from(["&&", "||", "and", "or", "not", "!", "(", ")", "labels.empty?", "'", "/", "{", "a"])
    ).map(" ".join)
)
def test_any_text_is_read_or_unread(code: str) -> None:
    with suppress(Unread):
        WHEN.validate_python(read_ruby(code)[0])
