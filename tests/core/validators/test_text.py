import pytest

FINE = [
    "Acme Corp",
    "アクメ",
    "<https://acme.example/a b>",
    "<alice@acme.example>",
    "[the plan](https://acme.example)",
    "**Bold**",
    "TBD\nAcme Corp",
    "Todo lists in Jira are what they use",
    "none",
    "No",
    "1 000 users",
    "> quoted words",
    "The [x] marks are theirs",
]
EMPTY = [
    "TBD",
    "- tbd.",
    "**TODO**",
    "TODO: ask the customer",
    "TBD with the customer",
    "<name>",
    "[Customer name]",
    "{{ customer }}",
    "(insert the name here)",
    "...",
    "…",
    "?",
    "____",
    "Lorem ipsum dolor sit amet",
    "same as above",
    "See above.",
    "n/a",
    "N.A.",
    "- [ ] ",
    "- [x]",
    "\u200bTBD\u200b",
    "TBD\nTBA\n<name>",
    "1. ",
]


@pytest.mark.parametrize("text", FINE)
def test_words_are_an_answer(read, text) -> None:
    assert read("kind: text", text).problem == ""


@pytest.mark.parametrize("text", EMPTY)
def test_placeholders_are_none(read, text) -> None:
    assert read("kind: text", text).problem == "only a placeholder stands here so far"


def test_an_empty_text_says_nothing(read) -> None:
    assert read("kind: text", " \n ").problem == "nothing is written here yet"


@pytest.mark.parametrize("text", ["n/a", "N/A.", "not applicable", "n.a."])
def test_not_applicable_counts_where_it_may(read, text) -> None:
    assert read("kind: text\nallow_na: true\nmin_words: 4", text).problem == ""


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("two words", False),
        ("now three words", True),
        ("now there are four", True),
        ("well-known it's", False),
        ("日本語で", False),  # four signs are two words
        ("日本語です", True),
        ("ภาษาไทย ยาวมาก", True),
        ("- - - one", False),
    ],
)
def test_three_words_are_counted_in_any_script(read, text, fine) -> None:
    assert (read("kind: text\nmin_words: 3", text).problem == "") is fine


MEASURED = "please say it with a number, so that it can be measured"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("20 demos in the library", ""),
        ("half of all SAs use one a month", ""),
        ("every new SA has given one", ""),
        ("fewer tickets by 10 %", ""),
        ("三つのデモ", ""),
        ("better demos", MEASURED),
        ("someone is happier", MEASURED),  # "one" inside a word is none
        ("- 20 demos\n- better demos", f"still without a number: 1 of 2; {MEASURED}"),
        ("- 20 demos\n  that are better", ""),
        ("- better demos\n  - 20 of them", ""),
        ("By the end of the quarter:\n- 20 demos\n- two talks", ""),
        ("20 demos\nbetter talks\nbetter slides", f"still without a number: 2 of 3; {MEASURED}"),
        ("- 20 demos\n- TBD", ""),
        ("TBD", "only a placeholder stands here so far"),
        ("", "nothing is written here yet"),
    ],
)
def test_each_item_may_have_to_hold_a_number(read, text, problem) -> None:
    assert read("kind: text\nnumber: true", text).problem == problem


def test_not_applicable_needs_no_number(read) -> None:
    assert read("kind: text\nnumber: true\nallow_na: true", "n/a").problem == ""
