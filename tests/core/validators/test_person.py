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
