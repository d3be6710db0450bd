"""`triage rules check --online` against a GitLab over HTTP: what does not agree is found, what does is not told."""

from typing import Any

import pytest

from app.core.codes import gitlab as codes
from app.core.lint import Book
from app.errors import Unavailable
from app.gitlab.client import GitLab
from app.gitlab.line import Line
from app.rulebook import opened
from app.rules_online import compared_with
from app.sandbox.stage import PROJECT
from tests.conftest import ROOT
from tests.town import Town

LABELS = ("Security Ready for Review", "Security Reviewed")
GROUP = PROJECT.rpartition("/")[0]


@pytest.fixture(scope="module")
def shipped() -> Book:
    book, problems = opened(ROOT / "rules")
    assert book is not None, problems
    return book


@pytest.fixture
def agreeing(town: Town) -> Town:
    """A GitLab that has all that the shipped rules name."""
    return town


def found(town: Town, book: Book, **files: Any) -> list[str]:
    """What is found, as `code file: message`, with the US East board's file changed."""
    board = book.ruleset.boards["us-east"]
    changed = type(board)(board.file.model_copy(update=files), board.calendar, board.parts)
    book.ruleset.boards["us-east"] = changed
    try:
        return [f"{p.code} {p.file}: {p.message}" for p in compared_with(town.bot, book)]
    finally:
        book.ruleset.boards["us-east"] = board


def test_nothing_is_told_where_gitlab_has_what_the_rules_name(agreeing: Town, shipped: Book) -> None:
    assert found(agreeing, shipped) == []
    assert agreeing.writes() == []


def test_a_label_that_projects_lack_is_told_once_with_all_of_them(town: Town, shipped: Book) -> None:
    for name in LABELS:
        town.person("root").groups.get(GROUP).labels.delete(name)
    told = found(town, shipped)
    assert [line.partition(" ")[0] for line in told] == [codes.LABEL_MISSING.id] * 2
    assert all(PROJECT in line and "emea-triage" in line for line in told)


def test_a_label_in_another_case_is_told_as_the_doctor_tells_it(agreeing: Town, shipped: Book) -> None:
    label = next(
        x for x in agreeing.person("root").groups.get(GROUP).labels.list(get_all=True) if x.name == "SA Doing"
    )
    label.new_name = "SA doing"
    label.save()
    told = [line for line in found(agreeing, shipped) if "SA Doing" in line]
    assert len(told) == 1
    assert 'the label "SA Doing" is written "SA doing" in ' in told[0]
    assert "no label" not in told[0]


def test_people_who_do_not_exist_or_are_no_members_are_told_apart(agreeing: Town, shipped: Book) -> None:
    people = shipped.ruleset.boards["us-east"].file.sas
    strange = people[0].model_copy(update={"name": "smm"})
    root = people[0].model_copy(update={"name": "root"})
    bot = people[0].model_copy(update={"name": "triage-bot"})
    told = found(agreeing, shipped, sas=[*people, strange, root, bot])
    assert [line.partition(" ")[0] for line in told] == [
        codes.NO_SUCH_USER.id,
        codes.NO_MEMBER.id,
        codes.BOT_IS_NAMED.id,
    ]
    assert 'did you mean "sam"?' in told[0]


def test_a_group_that_the_bot_may_not_see_is_told(agreeing: Town, shipped: Book) -> None:
    people = shipped.ruleset.boards["us-east"].file.sas
    seen = people[0].model_copy(update={"name": "gitlab-com/customer-success/solution-architects"})
    unseen = people[0].model_copy(update={"name": "gitlab-com/secret-architects"})
    told = found(agreeing, shipped, sas=[seen, unseen])
    assert [line.partition(" ")[0] for line in told] == [codes.GROUP_UNSEEN.id]


def test_a_project_that_is_missing_or_archived_is_told_and_nothing_else_of_it(
    agreeing: Town, shipped: Book
) -> None:
    assert [f.partition(" ")[0] for f in found(agreeing, shipped, project=f"{GROUP}/gone")] == [
        codes.NO_PROJECT.id
    ]
    agreeing.project("root").archive()
    assert [f.partition(" ")[0] for f in found(agreeing, shipped)] == [codes.ARCHIVED.id]
    agreeing.project("root").unarchive()
    assert found(agreeing, shipped) == []


def test_a_bot_whose_role_is_too_low_is_told(agreeing: Town, shipped: Book) -> None:
    agreeing.become("sandbox-alice")
    told = {line.partition(" ")[0] for line in found(agreeing, shipped)}
    assert codes.ROLE_TOO_LOW.id in told


def test_templates_that_are_missing_or_differ_are_told(agreeing: Town, shipped: Book) -> None:
    told = found(agreeing, shipped, template="Follow Upp")
    assert [line.partition(" ")[0] for line in told] == [codes.TEMPLATE_MISSING.id]
    template = shipped.ruleset.templates["Demo request"]
    shipped.ruleset.templates["Demo request"] = type(template)(
        template.name, template.file, "## Other\n", (template.text,)
    )
    try:
        told = found(agreeing, shipped)
    finally:
        shipped.ruleset.templates["Demo request"] = template
    assert {line.partition(" ")[0] for line in told} == {codes.TEMPLATE_DIFFERS.id}
    assert "an earlier version of it" in told[0]


def test_it_asks_within_the_budget_and_for_each_person_once(agreeing: Town, shipped: Book) -> None:
    people = shipped.ruleset.boards["us-east"].file.sas
    root = people[0].model_copy(update={"name": "root"})
    before = len(agreeing.requests())
    found(agreeing, shipped, sas=[root, *people], escalation=["root"])
    asked = [call for call in agreeing.requests()[before:] if "/users" in call["path"]]
    assert len(asked) == 1


def test_a_gitlab_that_is_down_is_no_fault_of_the_rules(shipped: Book) -> None:
    away = GitLab("http://127.0.0.1:9", "x", frozenset(), Line(100_000, 100_000))
    with pytest.raises(Unavailable):
        compared_with(away, shipped)
    away.close()
