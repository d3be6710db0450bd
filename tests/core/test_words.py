"""Texts that people can change: what they may do, and that nothing in them lets people's text loose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.core.text import Ours
from app.core.words import WordsError, faults, render

RENDER = MarkdownIt("commonmark")


def test_our_own_words_stand_as_they_are_and_all_else_is_quoted() -> None:
    assert render("{{ ours }} and {{ theirs }}", {"ours": Ours("**bold**"), "theirs": "/close @all"}) == (
        "**bold** and `/close @all`"
    )


def test_what_is_made_of_their_words_is_theirs() -> None:
    assert render("{{ a ~ b }} {{ b | upper }}", {"a": Ours("x"), "b": "@all"}) == "`x@all` `@ALL`"


@given(st.text(max_size=80))
def test_no_text_gets_out_of_its_quote(text: str) -> None:
    (inline,) = [
        t for t in RENDER.parse(render("Before {{ text }} after", {"text": text})) if t.type == "inline"
    ]
    assert {t.type for t in inline.children or []} <= {"text", "code_inline"}
    assert inline.content.startswith("Before ")
    assert inline.content.endswith("after")


def test_a_filter_gives_a_quote_more_room() -> None:
    assert len(render("{{ text | quoted(200) }}", {"text": "x" * 300})) == 202
    assert len(render("{{ text }}", {"text": "x" * 300})) == 82


def test_lines_that_come_to_nothing_leave_one_blank_line() -> None:
    assert (
        render("a\n\n{% if no %}\nb\n{% endif %}\n\n{% if no %}b{% endif %}\n\nc\n", {"no": False})
        == "a\n\nc"
    )


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\n{{ deu }}", 2, 'unknown placeholder "deu"; did you mean "due"?'),
        ("{due}", 1, "write {{ due }} for {due}"),
        ("a\nb {{ due }", 2, "this is no text that can be filled in"),
        ("{% if due %}x", 1, "this is no text that can be filled in"),
        ("{{ due | nope }}", 1, "No filter named 'nope'"),
        ("{{ range(10) }}", 1, 'unknown placeholder "range"'),
        ("{% for x in due %}{{ y }}{% endfor %}", 1, 'unknown placeholder "y"'),
    ],
)
def test_a_slip_is_found_before_anybody_reads_it(source: str, line: int, said: str) -> None:
    (fault,) = faults(source, {"due"})
    assert fault.line == line
    assert said in str(fault)


@pytest.mark.parametrize(
    "source", ["", "plain", "{{ due }}", "{% if due %}x{% endif %}", "a {brace} of ours"]
)
def test_good_texts_have_no_fault(source: str) -> None:
    assert faults(source, {"due"}) == []


@pytest.mark.parametrize(
    "source", ["{{ due.__class__.__mro__ }}", "{{ ''.join.__globals__ }}", "{{ due.nothing }}", "{{ gone }}"]
)
def test_nothing_is_reached_that_was_not_given(source: str) -> None:
    with pytest.raises(WordsError):
        render(source, {"due": Ours("now")})


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 10**9 }}",
        "{{ '%1000000000s' % due }}",
        "{{ '{:>1000000000}'.format(due) }}",
        "{{ due.upper() }}",
    ],
)
def test_nothing_grows_and_nothing_is_called(source: str) -> None:
    with pytest.raises(WordsError):
        render(source, {"due": Ours("now")})


@pytest.mark.parametrize(
    ("source", "unknown"),
    [
        ("{{ a }} and {{b}}", ["b"]),
        ("{{ a.b }}", []),
        ("{{ true }} {{ none }}", []),
        ("{% if b %}{{ a }}{% endif %}", ["b"]),
        ("{% for x in a %}{{ x }}{% endfor %}", []),
        ("{% for x in a %}{{ x }}{% endfor %}{{ x }}", ["x"]),
        ("{% set c = a %}{{ c }}{{ d }}", ["d"]),
        ("{{ a | upper }}{{ e | quoted }}", ["e"]),
        ("{% if f is defined %}x{% endif %}", ["f"]),
    ],
)
def test_names_are_found_however_plain_the_text_is(source: str, unknown: list[str]) -> None:
    found = [str(fault) for fault in faults(source, {"a"})]
    assert found == [f'unknown placeholder "{name}"; known: a' for name in unknown]


@pytest.mark.parametrize(
    "source", ["{{ a | lower }}", "{% if a is bigger %}{% endif %}", "{{ a", "{% if a %}"]
)
def test_what_cannot_be_filled_in_is_found_without_filling_it_in(source: str) -> None:
    (found,) = faults(source, {"a"})
    assert "no text that can be filled in" in str(found)
