"""What only a sweep can do, over real HTTP: rules that do so much at a time, and the issue in which a rule lists."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from app.core.fuse import Fuse
from app.core.keys import REPORT
from app.errors import Unavailable
from app.explain import as_text as explained
from app.inbox import Inbox
from app.journal import Journal
from app.known import KnownIssues
from app.reports import as_data, as_text
from app.sandbox.server import SandboxServer
from app.sandbox.story import START
from tests.own_rules import own_rule, with_rules
from tests.town import Town

OwnTown = Callable[..., Town]
GONE = "does: {add_labels: [seen], note: 'Seen.'}"
UNSEEN = "[{state: opened}, {label: seen, on: false}]"


@pytest.fixture
def own(sandbox_server: SandboxServer, ruleset: Any) -> Iterator[OwnTown]:
    """A fresh sandbox with five requests, and a bot that follows these rules."""
    sandbox_server.reset(at=START)
    towns: list[Town] = []

    def make(*rules: str) -> Town:
        town = Town(sandbox_server.url, with_rules(ruleset, *rules))
        for number in range(1, 6):
            town.project("alice").issues.create({"title": f"Request {number}", "description": "x"})
            town.set_clock(advance="PT1M")
        towns.append(town)
        return town

    yield make
    for town in towns:
        town.close()


def seen(town: Town) -> list[int]:
    return sorted(issue.iid for issue in town.project("maria").issues.list(labels=["seen"], get_all=True))


def reports(town: Town) -> list[Any]:
    found = town.project("maria").issues.list(get_all=True, state="all")
    return [issue for issue in found if (issue.description or "").startswith(REPORT)]


@pytest.mark.parametrize(
    ("limit", "first", "second"),
    [("{oldest: 2}", [1, 2], [1, 2, 3, 4]), ("{most_recent: 2}", [4, 5], [2, 3, 4, 5])],
)
def test_each_sweep_takes_so_many(own: OwnTown, limit: str, first: list[int], second: list[int]) -> None:
    town = own(own_rule(UNSEEN, f"{GONE}\nlimit: {limit}"))
    dry = town.sweep("us-east", apply=False)
    assert (sorted(r.ref.iid for r in dry.rows if r.plan and r.plan.actions), town.writes()) == (first, [])
    assert town.sweep("us-east").complete
    assert seen(town) == first
    town.sweep("us-east", fuse=Fuse(actions=100))  # which looks first as well
    assert seen(town) == second
    town.sweep("us-east")
    assert seen(town) == [1, 2, 3, 4, 5]
    assert town.sweep("us-east").done == 0


def test_the_service_leaves_it_to_sweeps_and_says_so(own: OwnTown) -> None:
    town = own(own_rule(UNSEEN, f"{GONE}\nlimit: {{oldest: 2}}"))
    issue = town.project("sam").issues.get(1)
    looked = town.look(issue)
    assert looked.done == ()
    assert "it waits for its turn in a sweep" in looked.plan.outcomes[0].reason
    assert "it waits for its turn" in explained(town.look(issue, trigger="explain"))


def test_what_is_known_does_not_keep_a_request_from_its_turn(own: OwnTown, engine: Engine) -> None:
    town = own(own_rule(UNSEEN, f"{GONE}\nlimit: {{oldest: 2}}"))
    town.journal = Journal(engine)
    for turn in ([1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5]):
        town.sweep("us-east", known=KnownIssues(engine, town.url), inbox=Inbox(engine))
        assert seen(town) == turn
        town.set_clock(advance="PT1H")


LISTS = """does: {add_labels: [seen]}
limit: {most_recent: 2}
summary_issue:
  title: Not seen yet
  item: "- [ ] [{{ title }}]({{ web_url }}) {{ labels }}"
  text: "These are new:\\n\\n{{ items }}\\n\\nby {{ in_days[7] }}"
  labels: [todo]"""


def test_what_is_found_is_listed_in_one_issue_that_is_edited_in_place(own: OwnTown) -> None:
    town = own(own_rule(UNSEEN, LISTS))
    dry = town.sweep("us-east", apply=False)
    assert (reports(town), as_data(dry)["summaries"][0]["done"]) == ([], "opened")
    assert "own lists 2 on us-east: a new issue: would be opened" in as_text(dry)
    done = town.sweep("us-east")
    (report,) = reports(town)
    assert (report.title, report.labels) == ("Not seen yet", ["todo"])
    body = report.description
    assert [n for n in range(1, 6) if f"`Request {n}`" in body] == [4, 5]
    assert body.index("Request 5") < body.index("Request 4")  # the newest first
    assert "by 2026-03-09" in body
    assert f"own lists 2 on us-east: {done.summaries[0].reference}: opened" in as_text(done)
    town.sweep("us-east")
    (report,) = reports(town)
    assert [n for n in range(1, 6) if f"`Request {n}`" in report.description] == [2, 3]
    town.sweep("us-east")
    last = town.sweep("us-east")  # nothing is found any more, and the list stays
    assert (last.summaries, "Request 1" in reports(town)[0].description) == ([], True)
    assert "seen" not in reports(town)[0].labels  # it is no request


def test_a_list_is_written_again_only_when_it_lists_something_else(own: OwnTown, engine: Engine) -> None:
    town = own(own_rule("[{state: opened}, {label: bug}]", "summary_issue: {title: Bugs}"))
    issue = town.project("sam").issues.get(1)
    issue.labels = ["bug"]
    issue.save()
    kept: dict[str, Any] = {"known": KnownIssues(engine, town.url), "inbox": Inbox(engine)}
    assert [each.done for each in town.sweep("us-east", **kept).summaries] == ["opened"]
    report = town.project("maria").issues.get(reports(town)[0].iid)
    report.description = report.description.replace("[ ]", "[x]")
    report.save()
    town.set_clock(advance="PT1H")
    again = town.sweep("us-east", **kept)
    assert [(each.done, each.items) for each in again.summaries] == [
        ("as it was", 1)
    ]  # what is known is listed too
    assert "[x]" in reports(town)[0].description
    issue.confidential = True
    issue.save()
    assert [each.done for each in town.sweep("us-east", **kept).summaries] == ["edited"]
    body = reports(town)[0].description
    assert "(confidential)" in body
    assert "Request 1" not in body


def test_of_a_board_that_was_not_read_as_a_whole_nothing_is_listed(own: OwnTown) -> None:
    town = own(own_rule("{state: opened}", "summary_issue: {title: All}"))
    town.fault(kind="500", path="/issues/3/notes")
    done = town.sweep("us-east")
    assert (reports(town), done.complete) == ([], False)
    assert "not every request could be looked at" in as_text(done)


def test_what_an_age_from_updated_at_began_is_ended_after_a_failure(own: OwnTown) -> None:
    town = own(
        own_rule(
            "[{state: opened}, {age: {since: updated_at, at_least: 2d, count: wall}}]",
            "does: {note: Quiet., state: close}",
        )
    )
    town.set_clock(advance="PT48H1M")
    issue = town.project("sam").issues.get(1)
    town.fault(method="PUT", path=r"/issues/\d+$", times=3, kind="503")
    with pytest.raises(Unavailable):
        town.look(issue)
    town.set_clock(advance="PT3H")
    assert list(map(str, town.look(issue).done)) == ["close"]
    assert town.project("sam").issues.get(1).state == "closed"
    said = [note.body for note in issue.notes.list(get_all=True) if "Quiet." in note.body]
    assert len(said) == 1


def test_an_age_from_updated_at_begins_anew_with_whatever_is_written(own: OwnTown) -> None:
    town = own(
        own_rule("{age: {since: updated_at, at_least: 2d, count: wall}}", "does: {note: Quiet.}", "quiet"),
        own_rule("{label: go}", "does: {note: Go.}", "go"),
    )
    issue = town.project("sam").issues.get(1)
    town.set_clock(advance="P1D")
    assert town.look(issue).done == ()
    issue.labels = ["go"]
    issue.save()
    assert next(map(str, town.look(issue).done)).startswith("comment go/")
    town.set_clock(advance="PT47H59M")
    assert town.look(issue).done == ()
    town.set_clock(advance="PT2M")
    looked = town.look(issue)
    assert len(looked.done) == 1
    assert looked.plan.recheck_at is None or looked.plan.recheck_at > looked.plan.at
    assert town.look(issue).done == ()
    town.set_clock(advance="PT48H1M")  # and so does its own note, which is told by TRI062
    assert len(town.look(issue).done) == 1
