from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.core.text import count, duration, first_name, instant, quote, without_commands

RENDER = MarkdownIt("commonmark").enable("table")


@given(st.text())
def test_a_quote_is_one_line_of_code_and_nothing_else(text: str) -> None:
    quoted = quote(text)
    assert "\n" not in quoted
    assert "\r" not in quoted
    if quoted:
        inline = RENDER.parseInline(f"- {quoted}")[0].children or []
        assert [t.type for t in inline] == ["text", "code_inline"]


@given(st.text(alphabet="`@/ ~|<>\n-!", max_size=60))
def test_a_quote_holds_whatever_marks_are_in_it(text: str) -> None:
    quoted = quote(text)
    if quoted:
        inline = RENDER.parseInline(f"x {quoted}")[0].children or []
        assert [t.type for t in inline][-1] == "code_inline"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Acme", "`Acme`"),
        ("two\nlines", "`two lines`"),
        ("/close", "`/close`"),
        ("a `b` c", "``a `b` c``"),
        ("`b`", "`` `b` ``"),
        ("a | b", "`a ¦ b`"),
        ("x\u202ey\u0000z", "`x y z`"),
        ("a\u3164b\ufe0fc\u2800", "`abc`"),
        ("e" + "\u0301" * 40 + "x", "`e\u0301\u0301\u0301x`"),
        ("   ", ""),
        ("x" * 90, "`" + "x" * 79 + "…`"),
    ],
)
def test_quotes(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@given(st.text(), st.from_regex(r"\A[a-z][a-z0-9_-]{0,20}\Z"))
def test_a_greeting_mentions_nobody_and_marks_nothing(name: str, username: str) -> None:
    hello = first_name(name, username)
    assert hello == quote(username) or not set(hello) & set("@#!~%$&^*_`[]<>/:.\\\n")


def test_a_person_is_greeted_by_the_first_name() -> None:
    assert first_name("Alice Archer", "alice") == "Alice"
    assert first_name("@all", "mallory") == "all"
    assert first_name("***", "mallory") == "`mallory`"
    assert first_name("\u3164", "mallory") == "`mallory`"
    assert first_name("0123abcd", "mallory") == "`mallory`"  # a commit's name, for GitLab


@given(st.text(alphabet="/abc \r\n"))
def test_no_line_begins_with_a_slash(body: str) -> None:
    kept = without_commands(body)
    assert not any(line.startswith("/") for line in kept.replace("\r", "").split("\n"))


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "Wed 4 Mar 2026, 09:00 EST (New York)"),
        ("Europe/London", "Wed 4 Mar 2026, 14:00 GMT (London)"),
        ("Asia/Singapore", "Wed 4 Mar 2026, 22:00 UTC+08:00 (Singapore)"),
        ("Asia/Kolkata", "Wed 4 Mar 2026, 19:30 IST (Kolkata)"),
    ],
)
def test_an_instant_names_its_zone(zone: str, said: str) -> None:
    assert instant(datetime(2026, 3, 4, 14, tzinfo=UTC), ZoneInfo(zone)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=48), "48 hours"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=59), "0 minutes"),
    ],
)
def test_lengths_of_time(length: timedelta, said: str) -> None:
    assert duration(length) == said


def test_small_numbers_are_words() -> None:
    assert [count(n, "thing") for n in (0, 1, 2, 11)] == ["no things", "one thing", "two things", "11 things"]
