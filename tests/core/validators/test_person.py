import pytest

from app.core.validators.person import Named


@pytest.mark.parametrize(
    ("text", "named", "doubtful"),
    [
        ("@alice", Named(username="alice"), False),
        ("@Alice.", Named(username="alice"), False),
        ("ask @bob or @sam", Named(username="sam"), False),
        ("@bob", Named(username="bob"), True),
        ("alice", Named(username="alice"), True),
        ("Alice Archer", Named(name="Alice Archer"), False),
        ("Jan van den Berg, CTO", Named(name="Jan van den Berg"), False),
        ("Sales Director Mary O'Neil", Named(name="Mary O'Neil"), False),
        ("José Núñez-Pérez (CIO)", Named(name="José Núñez-Pérez"), False),
        ("Acme: Bob Stone", Named(name="Bob Stone"), False),
        ("J. Smith", Named(name="J. Smith"), False),
        ("田中太郎", Named(name="田中太郎"), False),
        ("Мария Иванова", Named(name="Мария Иванова"), False),
        ("a.b@acme.example", Named(name="a.b@acme.example"), False),
        ("jane doe", Named(name="jane doe"), True),
    ],
)
def test_somebody_is_named(read, text, named, doubtful) -> None:
    reading = read("kind: person", text)
    assert (reading.problem, reading.value, reading.doubtful) == ("", named, doubtful)


@pytest.mark.parametrize(
    "text",
    ["", "TBD", "the economic buyer", "VP Engineering", "Jane", "@all", "@", "to be found", "no one yet"],
)
def test_a_role_is_nobody(read, text) -> None:
    reading = read("kind: person\nrole: the champion", text)
    assert reading.problem == "please name the champion, by full name or @username"


def test_a_mention_may_be_asked_for(read) -> None:
    spec = "kind: person\nmention_only: true"
    assert read(spec, "Alice Archer").problem == "please mention the person with @username"
    assert read(spec, "Alice Archer (@alice)").problem == ""


EACH = "kind: person\nmention_only: true\neach: true\nrole: whoever does it"
MENTION = "please mention whoever does it with @username"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("@sam records three demos", ""),
        ("- @sam records three demos\n- @alice writes the page", ""),
        (
            "- @sam records three demos\n- somebody writes the page",
            f"still without a name: 1 of 2; {MENTION}",
        ),
        ("- @sam: a\n- b\n- c", f"still without a name: 2 of 3; {MENTION}"),
        ("@sam records three demos\nthe page", f"still without a name: 1 of 2; {MENTION}"),
        ("- Sam Sato records three demos", MENTION),
        ("- a\n- b", MENTION),
        ("- @sam:\n  - records three demos\n  - writes the page", ""),
        ("- writes the page,\n  and shows it: @sam", ""),
        ("We agreed on Monday:\n\n1. @sam records\n2. @alice writes", ""),
        ("| What | Who |\n| --- | --- |\n| demos | @sam |\n| page | @alice |", ""),
        (
            "| What | Who |\n| --- | --- |\n| demos | @sam |\n| page | |",
            f"still without a name: 1 of 2; {MENTION}",
        ),
        ("- @sam records three demos\n- TBD", ""),
        ("- TBD", MENTION),
        ("", MENTION),
    ],
)
def test_each_item_may_have_to_name_somebody(read, text, problem) -> None:
    assert read(EACH, text).problem == problem


def test_each_name_is_understood_once(read) -> None:
    reading = read("kind: person\neach: true", "- @sam a\n- @alice b\n- @sam c\n- Bob Stone d")
    assert reading.understood == "@sam, @alice, Bob Stone"
    assert reading.value == (Named("sam"), Named("alice"), Named("sam"), Named(name="Bob Stone"))
    assert not reading.doubtful
    assert read("kind: person\neach: true", "- @sam a\n- @bob b").doubtful
