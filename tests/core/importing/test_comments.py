"""People's text in policies is data: what Jinja would read is printed as it is, and commands are none."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.core.document import Document, parse
from app.core.importing.comments import calling, comment, escaped
from app.core.importing.found import Found
from app.core.importing.source import PolicyRule
from app.core.importing.writing import written
from app.core.text import without_commands
from app.core.words import faults, render

NAMES = frozenset({"author", "title", "labels", "since"})


def found() -> Found:
    return Found(PolicyRule(Document("p.yml"), (), "issues", {}))


@given(st.text(st.sampled_from("{}%#-+ \nrawend{{%a`\\'\"author|"), max_size=60))
def test_text_comes_out_as_it_went_in(text: str) -> None:
    source = escaped(text)
    assert faults(source, NAMES) == []
    lines = text.strip().replace("\r", "").split("\n")
    if all(before.strip() or after.strip() for before, after in pairwise(lines)):
        assert render(source, {}) == text.strip()


@given(st.text(max_size=80))
def test_any_comment_is_a_text_without_faults(text: str) -> None:
    said = comment(found(), text)
    assert faults(said.text, NAMES | {"assignees", "state", "milestone", "upvotes", "downvotes"}) == []


def test_a_template_of_others_runs_nothing() -> None:
    said = comment(found(), "{% for x in range(9) %}{{ 7*7 }}{{ config }}{# no #}{title}{% endraw %}")
    assert render(said.text, {}) == "{% for x in range(9) %}{{ 7*7 }}{{ config }}{# no #}{title}{% endraw %}"


def test_quick_actions_are_taken_out_and_others_do_not_arise() -> None:
    said = comment(found(), "Hi.\n/close\n /label ~x\n#{resource[:title]}\n/spend 1h")
    assert [quick.name for quick in said.quick] == ["close", "spend"]
    assert said.text == "Hi.\n /label ~x\n{{ title }}"
    assert without_commands(render(said.text, {"title": "/close"})) == "Hi.\n /label ~x\n`/close`"


def test_a_call_does_not_name_twice() -> None:
    assert calling("{{ author }}, {{ assignees }}: look.\n\ncc {{ author }}") == "look."
    assert calling("{{ author }}") == ""


@given(
    st.dictionaries(
        st.sampled_from(["id", "text", "labels"]),
        st.text(max_size=200) | st.lists(st.text(max_size=40), max_size=4),
    )
)
def test_what_is_written_is_read_back(data: dict[str, object]) -> None:
    written_text = written(data, ["a remark\x1b[2J\nwith a break"])
    document = parse(written_text, "x.yaml")
    assert document.problems == []
    assert (document.data or {}) == data
