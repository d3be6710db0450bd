import pytest

from app.core.validators.wording import points, says_none


@pytest.mark.parametrize(
    "text",
    [
        "n/a",
        "N.A.",
        "not applicable",
        "None",
        "- none yet",
        "**None yet.**",
        "None yet, we make it on Friday",
        "not yet",
        "no link yet",
        "No issue so far.",
        "there is none",
        "We have no plan yet (stage 2)",
        "no",
        "N/A: no such customer project",
        "not needed here",
        "none\nnot yet",
    ],
)
def test_whoever_has_none_says_so(text: str) -> None:
    assert says_none(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TBD",
        "the plan",
        "none of us knows the link",
        "no idea",
        "nothing but trouble",
        "not really",
        "none\nsee mail",
    ],
)
def test_other_words_do_not_say_it(text: str) -> None:
    assert not says_none(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("one thing", ["one thing"]),
        ("one\ntwo", ["one", "two"]),
        ("- one\n- two", ["one", "two"]),
        ("1. one\n2. two", ["one", "two"]),
        ("- [ ] one\n- [x] two", ["one", "two"]),
        ("- one\n  which goes on\n- two", ["one\nwhich goes on", "two"]),
        ("- one\n  - a part\n  - another\n- two", ["one\na part\nanother", "two"]),
        ("* one\n\n* two", ["one", "two"]),
        ("These are ours\n\n- one\n- two", ["one", "two"]),
        ("This quarter:\none\ntwo", ["one", "two"]),
        ("- Sam:\n  - one", ["Sam:\none"]),
        ("| What | Who |\n|---|:---:|\n| one | @sam |", ["| one | @sam |"]),
        ("one | two\n--- | ---\n1 | 2", ["1 | 2"]),
        ("- one\n- TBD\n- ...", ["one"]),
        ("- one\n/cc @sam\n- two", ["one", "two"]),
        ("/opt/gitlab is full", ["/opt/gitlab is full"]),
        ("---\none", ["one"]),
    ],
)
def test_points_are_items_rows_or_lines(text: str, found: list[str]) -> None:
    assert points(text) == found
