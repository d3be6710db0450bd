"""What rules do once per cause, over real HTTP: each kind is done, people win, and a failed write is made good."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.errors import Refused, Unavailable
from app.explain import as_data, as_text
from app.sandbox.server import SandboxServer
from app.sandbox.stage import PROJECT
from app.sandbox.story import START
from app.sweeping import counts_text
from tests.own_rules import own_rule, with_rules
from tests.town import Town

OwnTown = Callable[..., Town]


@pytest.fixture
def own(sandbox_server: SandboxServer, ruleset: Any) -> Iterator[OwnTown]:
    """A fresh sandbox, and a bot that follows one rule only: what it does where `go` is on."""
    sandbox_server.reset(at=START)
    towns: list[Town] = []

    def make(does: str, when: str = "{label: go}") -> Town:
        towns.append(Town(sandbox_server.url, with_rules(ruleset, own_rule(when, f"does: {does}"))))
        return towns[-1]

    yield make
    for town in towns:
        town.close()


def opened(town: Town, *labels: str) -> Any:
    """A request with these labels and, a minute later, the one that counts; as sam sees it."""
    issue = town.project("alice").issues.create({"title": "Acme demo", "description": "x"})
    sams = town.project("sam").issues.get(issue.iid)
    for put_on in (labels, (*labels, "go")):
        sams.labels = list(put_on)
        sams.save()
        town.set_clock(advance="PT1M")
    return sams


def fresh(town: Town, issue: Any) -> Any:
    return town.project("maria").issues.get(issue.iid)


def looked(town: Town, issue: Any) -> list[str]:
    """What one look did; a second one does nothing."""
    done = [str(action) for action in town.look(issue).done]
    assert town.look(issue).done == ()
    return done


def test_labels(own: OwnTown) -> None:
    town = own("{add_labels: [x], remove_labels: ['todo::*']}")
    issue = opened(town, "todo::a", "todo::b")
    assert looked(town, issue) == ["+x", "-todo::a", "-todo::b"]
    assert fresh(town, issue).labels == ["go", "x"]
    for labels in (["go"], ["x"], ["go", "todo::a", "x"]):  # it stays off, it stays on, and it goes off anew
        issue = town.project("sam").issues.get(issue.iid)
        issue.labels = labels
        issue.save()
        town.set_clock(advance="PT1M")
        assert looked(town, issue) == (["-todo::a"] if "todo::a" in labels else [])


def test_a_note(own: OwnTown) -> None:
    town = own("{note: {text: 'About {{ title }}, @sam', internal: true}}")
    issue = opened(town)
    assert len(looked(town, issue)) == 1
    (note,) = [n for n in fresh(town, issue).notes.list(get_all=True) if n.author["username"] == "triage-bot"]
    assert note.internal
    assert note.body.splitlines()[1] == "About `Acme demo`, `@sam`"
    assert not [sent for sent in town.notified() if "mention" in str(sent)]


def test_an_assignment_and_that_people_win(own: OwnTown) -> None:
    town = own("{assign: sofia}")
    issue = opened(town)
    assert looked(town, issue) == ["assign sofia"]
    assert [user["username"] for user in fresh(town, issue).assignees] == ["sofia"]
    town.set_clock(advance="PT1M")
    issue.assignee_ids = [0]
    issue.save()
    assert looked(town, issue) == []
    assert fresh(town, issue).assignees == []


def test_somebody_whom_gitlab_does_not_know(own: OwnTown) -> None:
    town = own("{assign: nobody-here}")
    with pytest.raises(Refused, match="there is no user nobody-here"):
        town.look(opened(town))


def test_closing_and_that_people_win(own: OwnTown) -> None:
    town = own("{state: close, note: Bye}")
    issue = opened(town)
    assert [done.split()[0] for done in looked(town, issue)] == ["comment", "close"]
    assert fresh(town, issue).state == "closed"
    town.set_clock(advance="PT1M")
    issue.state_event = "reopen"
    issue.save()
    assert looked(town, issue) == []
    assert fresh(town, issue).state == "opened"


def test_opening_again(own: OwnTown) -> None:
    town = own("{state: reopen}", "[{state: closed}, {label: go}]")
    issue = opened(town)
    issue.state_event = "close"
    issue.save()
    assert looked(town, issue) == ["reopen"]
    assert fresh(town, issue).state == "opened"


def test_a_due_date_and_that_people_win(own: OwnTown) -> None:
    town = own("{due_date: +5d}")
    issue = opened(town)
    (done,) = looked(town, issue)
    assert done == f"due {fresh(town, issue).due_date}"
    town.set_clock(advance="PT1M")
    issue.due_date = "2027-01-01"
    issue.save()
    assert looked(town, issue) == []
    assert fresh(town, issue).due_date == "2027-01-01"


def test_no_due_date(own: OwnTown) -> None:
    town = own("{due_date: none}")
    issue = opened(town)
    issue.due_date = "2027-01-01"
    issue.save()
    town.set_clock(advance="PT1M")
    issue.labels = []
    issue.save()
    town.set_clock(advance="PT1M")
    issue.labels = ["go"]
    issue.save()
    assert looked(town, issue) == ["not due"]
    assert fresh(town, issue).due_date is None


def test_confidential_and_that_people_win(own: OwnTown) -> None:
    town = own("{confidential: true}")
    issue = opened(town)
    assert looked(town, issue) == ["confidential"]
    assert fresh(town, issue).confidential
    town.set_clock(advance="PT1M")
    issue = town.project("sam").issues.get(issue.iid)
    issue.confidential = False
    issue.save()
    assert looked(town, issue) == []
    assert not fresh(town, issue).confidential


def test_a_move(own: OwnTown) -> None:
    town = own("{move: us-west}")
    issue = opened(town)
    assert looked(town, issue) == ["move to us-west"]
    assert fresh(town, issue).moved_to_id


def related(town: Town) -> list[Any]:
    found = town.project("maria").issues.list(get_all=True, author_username="triage-bot")
    return sorted(found, key=lambda issue: issue.iid)


ISSUE = "{issue: {title: 'Legal for {{ title }}', description: 'By {{ author }}.'}, add_labels: [x]}"


def test_a_related_issue(own: OwnTown) -> None:
    town = own(ISSUE)
    issue = opened(town)
    assert [done.split()[0] for done in looked(town, issue)] == ["open", "+x"]
    (other,) = related(town)
    assert other.title == "Legal for `Acme demo`"
    assert other.description.splitlines()[1] == "By `alice`."
    assert [link.iid for link in fresh(town, issue).links.list(get_all=True)] == [other.iid]
    assert f"I opened #{other.iid} for this." in town.bot_notes(issue)[0]
    assert town.look(other).plan.silent == "it is a report of the bot's"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/issues$"), ("POST", "/links$"), ("POST", "/notes$"), ("PUT", r"/issues/\d+$")],
)
@pytest.mark.parametrize("done_all_the_same", [False, True])
def test_a_failed_write_of_a_related_issue_is_made_good(
    own: OwnTown, method: str, path: str, done_all_the_same: bool
) -> None:
    town = own(ISSUE)
    issue = opened(town)
    kind = "cut_after_write" if done_all_the_same else "503"
    town.fault(
        method=method, path=path, times=1 if method == "POST" else 3, kind=kind
    )  # others are tried again
    with pytest.raises(Unavailable):
        town.look(issue)
    town.look(issue)
    assert town.look(issue).done == ()
    assert len(related(town)) == 1
    assert len(fresh(town, issue).links.list(get_all=True)) == 1
    assert len(town.bot_notes(issue)) == 1
    assert "x" in fresh(town, issue).labels


def test_a_note_is_not_lost_when_closing_fails(own: OwnTown) -> None:
    town = own("{state: close, note: Bye}")
    issue = opened(town)
    town.fault(method="PUT", path=r"/issues/\d+$", times=3, kind="503")
    with pytest.raises(Unavailable):
        town.look(issue)
    assert looked(town, issue) == ["close"]
    assert len(town.bot_notes(issue)) == 1


@pytest.mark.parametrize(
    "does", ["{state: close}", "{due_date: +5d}", "{confidential: true}", "{add_labels: [x]}"]
)
def test_a_role_that_is_too_low_is_told(own: OwnTown, does: str) -> None:
    town = own(does)
    issue = opened(town)
    bot, group = town.bot.me().id, PROJECT.rpartition("/")[0]
    town.project("root").members.create({"user_id": bot, "access_level": 10})  # a Guest
    town.person("root").groups.get(group).members.delete(bot)
    with pytest.raises(Refused):
        town.look(issue)


def test_a_group_that_a_rule_names_is_fetched_and_one_that_is_closed_to_the_bot_is_unknown(
    own: OwnTown,
) -> None:
    group = PROJECT.rpartition("/")[0]
    town = own("{add_labels: [x]}", f"[{{label: go}}, {{assignee_in: {group}}}]")
    issue = opened(town)
    issue.assignee_ids = [town.person("sam").users.list(username="sam")[0].id]
    issue.save()
    assert looked(town, issue) == ["+x"]
    town = own("{add_labels: [y]}", "[{label: go}, {not: {author_in: gitlab-com/no-such-group}}]")
    seen = town.look(issue)
    assert (seen.done, seen.plan.unseen) == ((), ("gitlab-com/no-such-group",))
    (outcome,) = seen.plan.outcomes
    assert outcome.reason.startswith("it cannot be known: not: the author is one of gitlab-com/no-such-group")


def test_a_dry_run_shows_every_action_as_text_and_as_data(own: OwnTown) -> None:
    town = own(
        "{add_labels: [x], note: Hi, issue: {title: x}, due_date: +5d, confidential: true, state: close}"
    )
    issue = opened(town)
    seen = town.look(issue, apply=False)
    assert town.writes() == []
    told = as_text(seen)
    for word in ("+x", "comment own/note/", "open an issue own/issue/", "due 20", "confidential", "close"):
        assert f"\n  {word}" in told
    kinds = [action["kind"] for action in json.loads(json.dumps(as_data(seen)))["actions"]]
    assert kinds == ["Comment", "OpenIssue", "AddLabel", "SetDue", "SetConfidential", "Close"]


def test_a_sweep_counts_them(own: OwnTown) -> None:
    town = own("{note: Hi, due_date: +5d, state: close}")
    opened(town)
    assert "1 closing" in counts_text(town.sweep("us-east"))
