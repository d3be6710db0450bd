import pytest
from pydantic import ValidationError

HOSTING = """
kind: choice
options:
  self-hosted: [self-managed, on-prem, own data centre]
  cloud: [AWS, GCP, Azure]
  GitLab.com: [SaaS]
many: true
"""


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("self-hosted", {"self-hosted"}),
        ("Self Managed, please", {"self-hosted"}),
        ("selfhosted", {"self-hosted"}),
        ("on‑prem", {"self-hosted"}),
        ("in their own data centres", {"self-hosted"}),
        ("gitlab.com", {"GitLab.com"}),
        ("GitLab.com.", {"GitLab.com"}),
        ("Cloud (AWS)", {"cloud"}),
        ("cloudy", set()),
        ("not self-hosted, but SaaS", {"GitLab.com"}),
        ("not self-hosted but SaaS", {"GitLab.com"}),
        ("neither cloud nor SaaS; on-prem", {"self-hosted"}),
        ("They don't want self-hosted. Cloud it is.", {"cloud"}),
        ("Self-hosted: no\nCloud: yes", {"cloud"}),
        ("Self-hosted is not an option, so SaaS", {"GitLab.com"}),
        ("not sure: cloud or self-hosted", {"cloud", "self-hosted"}),
        ("not only cloud", {"cloud"}),
        ("- [x] Cloud\n- [ ] SaaS", {"cloud"}),
        ("[X] Cloud\n* [x] SaaS\n- [ ] on-prem", {"cloud", "GitLab.com"}),
        ("- [ ] Cloud\n- [ ] SaaS\nOn-prem, in Boston", {"self-hosted"}),
        ("we will see", set()),
        ("no cloud", set()),
    ],
)
def test_options_are_found_by_word(read, text, chosen) -> None:
    reading = read(HOSTING, text)
    assert (reading.value or frozenset()) == chosen
    assert bool(reading.problem) is not bool(chosen)


def test_the_problem_lists_the_options(read) -> None:
    assert read(HOSTING, "a ship").problem == (
        "none of the options was recognised; please name one or more of self-hosted, cloud or GitLab.com"
    )
    assert "no box is ticked" in read(HOSTING, "- [ ] Cloud\n- [ ] SaaS").problem
    assert read(HOSTING, "").problem.startswith("please choose")


def test_one_is_asked_for_unless_many_may_be_chosen(read) -> None:
    one = HOSTING.replace("many: true", "many: false")
    assert read(one, "cloud").problem == ""
    assert read(one, "cloud or SaaS").problem == (
        "more than one is named (cloud, GitLab.com); please keep the one that applies"
    )


def test_other_answers_pass_where_they_may(read) -> None:
    asks = "kind: choice\noptions: {demo: [], SOW: [statement of work]}\nothers: true"
    assert read(asks, "help with a bake-off").problem == ""
    assert read(asks, "TBD").problem != ""
    assert read(asks, "two demos").value == {"demo"}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("{a: [x], b: [X]}", 'stands for both "a" and "b"'),
        ("{self-hosted: [], cloud: [self hosted]}", "stands for both"),
        ("{'?': []}", "no letter or digit"),
        ("{}", "at least 1"),
    ],
)
def test_options_that_cannot_be_told_apart_are_refused(read, options, fault) -> None:
    with pytest.raises(ValidationError, match=fault):
        read(f"kind: choice\noptions: {options}", "")
