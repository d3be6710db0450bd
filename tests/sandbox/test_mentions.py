"""Whom a text names, and to which issues it refers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.mentions import mentioned, referenced


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hello @sam", {"sam"}),
        ("@Sam, @sofia.", {"sam", "sofia"}),
        ("(@triage-bot)", {"triage-bot"}),
        ("@gitlab-com/customer-success please", {"gitlab-com/customer-success"}),
        ("@all", {"all"}),
        ("> quoted @sam", {"sam"}),
        ("**bold**@sam", {"sam"}),
        ("&#64;sam", {"sam"}),
        ("<div>@sam</div>", {"sam"}),
        ("| a |\n|---|\n| @sam |", {"sam"}),
    ],
)
def test_these_name_somebody(text: str, names: set[str]) -> None:
    assert mentioned(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "foo@bar",
        "\\@sam",
        "`@sam`",
        "```\n@sam\n```",
        "    @sam",
        "<!-- @sam -->",
        "text <!-- @sam --> text",
        "[@sam](https://example.com)",
        "https://example.com/@sam",
        "@\u200bsam",
        "<code>@sam</code>",
        "<pre>@sam</pre>",
        "@",
        "",
    ],
)
def test_these_name_nobody(text: str) -> None:
    assert mentioned(text) == set()


@given(st.text(alphabet="@sam`\\ <>&;#64\n-", max_size=40))
def test_text_in_a_fence_longer_than_any_run_in_it_names_nobody(text: str) -> None:
    fence = "`" * (text.count("`") + 3)
    assert mentioned(f"{fence}\n{text}\n{fence}") == set()


def test_references_are_found_in_text_and_in_links() -> None:
    url = "http://gitlab.example/group/project/-/issues/7"
    assert referenced(f"see #12, emea-triage#3 and {url}") == {
        ("", 12),
        ("emea-triage", 3),
        ("group/project", 7),
    }
    assert referenced(f"[here]({url})") == {("group/project", 7)}
    assert referenced("`#12` and \\#13 and &#47;") == set()
