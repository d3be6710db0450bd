"""What people write, in every place of every note: GitLab finds no command, no mention, no reference in it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.keys import STATUS, key_of, marked
from app.core.model import Note
from app.core.ruleset import Ruleset
from app.core.text import first_name, quote, steady, without_commands
from app.core.words import render
from app.sandbox.mentions import mentioned, other_references, referenced, shape
from app.sandbox.quick_actions import extract
from benchmarks.hostile import AT, BOT, PIECES, REF, hidden, run

HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)
PLACES = [
    "{{ a }}",
    "- [ ] **{{ a }}**: {{ b }}. For example {{ a | quoted(200) }}",
    "<details><summary>Ours</summary>\n\n- {{ a }}: {{ b }}\n\n</details>",
    "| one | two |\n|---|---|\n| {{ a }} | {{ b }} |",
    "> {{ a }}",
    "## {{ a }}",
    "{{ a }}\n{{ b }}",
    "{{ a }} {{ b }} `ours`{{ a }}",
    "<sub>{{ a }}</sub>",
]


@settings(max_examples=300, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(PLACES))
def test_a_quote_changes_nothing_around_it(a: str, b: str, place: str) -> None:
    body = marked(STATUS, REF, without_commands(render(place, {"a": f"x{a}", "b": f"y{b}"})))
    made_of = shape(marked(STATUS, REF, render(place, {"a": "x", "b": "y"})))
    assert extract(body).commands == ()
    assert (mentioned(body), referenced(body), other_references(body)) == (set(), set(), set())
    assert shape(body) == made_of
    assert len(made_of.comments) == 1
    assert not hidden(body)


@settings(max_examples=300, deadline=None)
@given(
    HOSTILE,
    HOSTILE,
    st.lists(
        st.sampled_from(
            ["`", "``", "{{ a }}", "{{ b }}", " ", "so", "\n", "\n- ", "\n\n", "\\`", "{{ a | quoted }}"]
        ),
        max_size=9,
    ),
)
def test_not_even_a_slip_with_backticks_lets_a_quote_out(a: str, b: str, text: list[str]) -> None:
    body = without_commands(render("".join(text), {"a": a, "b": b}))
    assert extract(body).commands == ()
    assert (mentioned(body), referenced(body), other_references(body)) == (set(), set(), set())
    assert not set(shape(body).tags) & {"a", "img", "details", "table", "script", "sub", "s"}
    assert shape(body).comments == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no rule {{ a }}.", "no rule `x`."),
        ("no rule `{{ a }}`.", "no rule `x`."),
        ("say `@bot move {{ b }} now`", "say `@bot move ' @all now`"),
        ("{{ a }}{{ b }}", "`x` ``` `` @all ```"),
        ("``{{ a }}\\```", "\\`\\` `x`\\`\\`\\`"),
        ("``{{ a }}\\`` so", "``x\\`` so"),
        ("`\n{{ a }}`", "` x`"),
        ("a ` and {{ a }}", "a \\` and `x`"),
        ("`so`{{ a }}`so`", "`so` `x` `so`"),
    ],
)
def test_a_quote_stays_whole(text: str, said: str) -> None:
    assert render(text, {"a": "x", "b": "` @all" if "move" in text else "`` @all"}) == said


@settings(max_examples=300)
@given(HOSTILE)
def test_a_greeting_names_nobody(name: str) -> None:
    body = f"Hi {first_name(name, 'alice')}, thanks."
    assert (mentioned(body), referenced(body), other_references(body)) == (set(), set(), set())
    assert extract(body).commands == ()


@given(HOSTILE)
def test_nothing_that_is_quoted_forges_a_marker(
    text: str,
) -> None:
    issue: Any = type("Issue", (), {"ref": REF, "is_bot": staticmethod(lambda _user: True)})
    body = marked(STATUS, REF, quote(f"<!-- triage:late 7#23 -->{text}"))
    assert key_of(Note(1, AT, BOT, body), issue) == STATUS
    assert key_of(Note(1, AT, BOT, quote(f"<!-- triage:late 7#23 -->{text}")), issue) is None


def test_five_thousand_values_in_the_texts_that_we_ship_and_whole_requests(ruleset: Ruleset) -> None:
    filled, asked = run(ruleset, 5_000, 60, seed=23)
    assert (filled.faults, asked.faults) == ([], [])
    assert filled.values >= 5_000
    assert min(asked.notes[kind] for kind in ("PutNote", "Reply", "Summon")) > 0
    assert asked.shown > 1_000


def test_a_terminal_is_not_steered() -> None:
    assert steady("a\tb\n✗ é") == "a\tb\n✗ é"
    assert steady("\x1b]0;x\x07 \u202etxt\r\x9b2J\u2066") == "\\x1b]0;x\\x07 \\u202etxt\\r\\x9b2J\\u2066"
