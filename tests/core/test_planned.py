"""A plan that is kept: it comes back from its file as it was, names what changed, and does only what the rules say."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.action_data import action_data, read_action
from app.core.after import after
from app.core.evaluate import evaluate
from app.core.fingerprint import changes, fingerprint, sealed
from app.core.fulfilled import left_of, only_ours
from app.core.model import Issue, IssueRef, LabelEvent, Note, User
from app.core.plan import Action, AddLabel, Plan, RemoveLabel, Summon
from app.core.planned import OTHERWISE, Planned, check, check_again, planned
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from app.errors import ConfigError
from app.plan_file import PlanFile, plan_data, read_plan

LATE = """
2026-03-02T14:00Z alice opens "Acme" from "SA Activity" filled except "SA Asks"
2026-03-02T15:00Z sam adds "SA Triaged"
2026-03-02T16:00Z alice comments
  | One more thing.
"""
NOW = "2026-03-09T14:00Z"
SAM = User(2, "sam")
START = datetime(2020, 1, 1, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
instants = st.integers(0, 10**15).map(lambda n: START + timedelta(microseconds=n))
users = st.builds(User, st.integers(1, 10**9), texts, texts)
numbers = st.integers(1, 10**12)
ACTIONS = {
    "rule": texts, "label": texts, "user": users, "key": texts, "body": texts, "note_id": numbers, "since": instants,
    "to": st.lists(texts).map(tuple), "internal": st.booleans(), "board": texts, "project": texts, "refusal": texts,
    "day": st.none() | st.dates(), "confidential": st.booleans(), "title": texts,
}  # fmt: skip
actions = st.one_of(
    *(
        st.builds(kind, **{name: ACTIONS[name] for name in kind.__dataclass_fields__})
        for kind in get_args(Action)
    )
)


@given(actions)
@settings(max_examples=200, deadline=None)
def test_every_action_comes_back_from_data(action: Action) -> None:
    assert read_action(json.loads(json.dumps(action_data(action)))) == action


@pytest.fixture
def late(issue_of: Callable[..., Issue]) -> Issue:
    return issue_of(LATE)


@pytest.fixture
def decide(ruleset: Ruleset) -> Callable[[Issue, datetime], Plan]:
    return lambda issue, at: evaluate(issue, ruleset, at)


@pytest.fixture
def kept(late: Issue, decide: Callable[[Issue, datetime], Plan]) -> Planned:
    found = planned(late, decide(late, read_instant(NOW)))
    assert found
    assert len(found.actions) >= 3
    return found


def whole(*issues: Planned) -> PlanFile:
    return PlanFile(
        "20260309T140000-ab12", "http://gitlab", "v1", read_instant(NOW), issues, True, False, True
    )


def read(folder: Path, data: object) -> PlanFile:
    path = folder / "plan.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return read_plan(path, gitlab="http://gitlab", ruleset="v1")


@given(st.lists(actions, min_size=1, max_size=3), instants, texts, st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_plan_comes_back_from_its_file(found: list[Action], at: datetime, text: str, hidden: bool) -> None:
    issue = Issue(IssueRef(7, 1), 1, "g/p", text, text, User(1, "alice"), at, at, confidential=hidden)
    one = planned(issue, Plan(issue.ref, "g/p#1", "us-east", at, "v1", tuple(found)))
    assert one
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        assert read(Path(folder), plan_data(whole(one))) == whole(one)


def test_what_it_was_decided_on_is_in_the_file(kept: Planned, tmp_path: Path) -> None:
    (one,) = plan_data(whole(kept))["issues"]
    (activity,) = [each for each in one["decided_on"] if each["rule"] == "late-activity"]
    assert activity["clauses"]
    assert activity["source"].startswith("rules/") or ".yaml" in activity["source"]
    assert read(tmp_path, plan_data(whole(kept))).issues == (kept,)


def test_nothing_is_kept_where_nothing_is_to_be_done(late: Issue) -> None:
    assert planned(late, Plan(late.ref, "x", "us-east", late.created_at, "v1")) is None


def test_of_a_confidential_issue_only_hashes_are_kept(late: Issue, decide: Any) -> None:
    hidden = replace(late, confidential=True, title="canary", description=late.description + "canary")
    one = planned(hidden, decide(hidden, read_instant(NOW)))
    assert one
    (data,) = plan_data(whole(one))["issues"]
    assert data.keys() == {"ref", "reference", "at", "confidential", "actions", "seal", "read"}
    assert not any(word in json.dumps(data) for word in ("canary", "sla::", "note", "late"))
    other = replace(hidden, title="another")
    assert planned(other, decide(other, read_instant(NOW))).seal != one.seal  # type: ignore[union-attr]


CHANGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, []),
    "the time of the last change": ({"updated_at": datetime(2027, 1, 1, tzinfo=UTC)}, []),
    "the title": ({"title": "x"}, ["title or description"]),
    "the description": ({"description": "x"}, ["title or description"]),
    "the state": ({"state": "closed"}, ["state"]),
    "the kind": ({"type": "task"}, ["state"]),
    "the labels": ({"labels": frozenset({"SA POV"})}, ["labels"]),
    "the assignees": ({"assignees": (SAM,)}, ["assignees"]),
    "the due date": ({"due_date": date(2026, 3, 20)}, ["due date"]),
    "confidentiality": ({"confidential": True}, ["confidentiality"]),
    "only the history of labels": ({"label_events": ()}, ["history of labels"]),
    "a comment gone": ({"notes": ()}, ["a comment"]),
    "two things": ({"labels": frozenset(), "label_events": (), "notes": ()}, ["labels", "a comment"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_named(late: Issue, name: str) -> None:
    values, named = CHANGES[name]
    changed = replace(late, **values)
    assert changes(fingerprint(late), changed) == named
    assert (sealed(late) == sealed(changed)) == (named == [])


def test_an_edited_comment_and_a_line_of_gitlabs_are_told_apart(late: Issue) -> None:
    edited = replace(late, notes=tuple(replace(n, body=n.body + "!") for n in late.notes))
    assert changes(fingerprint(late), edited) == ["a comment"]
    told = replace(
        late, notes=(*late.notes, Note(99, late.newest_event_at, SAM, "mentioned in x", system=True))
    )
    assert changes(fingerprint(late), told) == ["a line of GitLab's"]


def test_the_same_issue_gives_the_same_plan_however_late(late: Issue, kept: Planned, decide: Any) -> None:
    found = check(kept, late, read_instant(NOW), decide)
    assert (found.skipped, found.already, found.plan.actions) == ("", False, kept.actions)


@pytest.mark.parametrize(
    "edited",
    [
        lambda acts: acts[1:],
        lambda acts: (*acts, AddLabel("late-activity", "canary")),
        lambda acts: tuple(replace(a, body=a.body + "!") if isinstance(a, Summon) else a for a in acts),
        lambda acts: tuple(reversed(acts)),
    ],
)
def test_a_plan_that_was_edited_does_nothing(late: Issue, kept: Planned, decide: Any, edited: Any) -> None:
    found = check(replace(kept, actions=edited(kept.actions)), late, read_instant(NOW), decide)
    assert (found.skipped, found.plan.actions) == (OTHERWISE, ())


@pytest.mark.parametrize(
    "at", ["2026-03-02T15:59Z", "2026-03-02T16:00Z", "2026-03-09T14:01Z", "2027-03-09T14:00Z"]
)
def test_an_instant_that_was_edited_does_nothing_either(
    late: Issue, kept: Planned, decide: Any, at: str
) -> None:
    """Even where the actions are those that the rules will want one day."""
    for actions in (kept.actions, decide(late, read_instant(at)).actions):
        edited = replace(kept, at=read_instant(at), actions=actions)
        found = check(edited, late, read_instant(NOW), decide)
        if at != "2026-03-02T16:00Z" or actions == kept.actions:
            assert (found.skipped, found.plan.actions) == (OTHERWISE, ())


def test_a_sealed_plan_is_made_again(late: Issue, decide: Any) -> None:
    hidden = replace(late, confidential=True)
    one = planned(hidden, decide(hidden, read_instant(NOW)))
    assert one
    assert len(check(one, hidden, read_instant(NOW), decide).plan.actions) == one.number
    assert check(replace(one, seal="0" * 64), hidden, read_instant(NOW), decide).skipped == OTHERWISE
    assert (
        check(one, replace(hidden, title="x"), read_instant(NOW), decide).skipped == "changed since the plan"
    )


def done(issue: Issue, acts: tuple[Action, ...]) -> Issue:
    for act in acts:
        issue = after(issue, act, read_instant(NOW))
    return issue


def test_a_plan_that_was_applied_is_so_already(late: Issue, kept: Planned, decide: Any) -> None:
    found = check(kept, done(late, kept.actions), read_instant(NOW), decide)
    assert (found.already, found.skipped, found.plan.actions) == (True, "", ())
    assert left_of(kept.actions, done(late, kept.actions)) == ()


def test_after_a_part_of_it_the_rest_is_done(late: Issue, kept: Planned, decide: Any) -> None:
    plan, half = check(kept, late, read_instant(NOW), decide).plan, done(late, kept.actions[:1])
    assert check_again(late, plan, half).plan.actions == kept.actions[1:]
    assert check_again(late, plan, late).plan.actions == kept.actions


PEOPLE: dict[str, Callable[[Issue], Issue]] = {
    "labels": lambda i: replace(
        i,
        labels=i.labels | {"SA POV"},
        label_events=(*i.label_events, LabelEvent(99, i.newest_event_at, SAM, "add", "SA POV")),
    ),
    "comments": lambda i: replace(i, notes=(*i.notes, Note(99, i.newest_event_at, SAM, "Mine."))),
    "edits a comment": lambda i: replace(i, notes=tuple(replace(n, body="other") for n in i.notes)),
    "deletes a comment": lambda i: replace(i, notes=tuple(n for n in i.notes if i.is_bot(n.author))),
    "edits the title": lambda i: replace(i, title="other"),
}


@pytest.mark.parametrize("what", PEOPLE)
def test_but_not_if_a_person_did_something_meanwhile(
    late: Issue, kept: Planned, decide: Any, what: str
) -> None:
    plan = check(kept, late, read_instant(NOW), decide).plan
    changed = PEOPLE[what](done(late, kept.actions[:1]))
    assert not only_ours(late, changed)
    assert check_again(late, plan, changed).plan.actions == ()


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no JSON": (lambda d: "{\n  oh", r"plan.json:2:3: this is no JSON"),
    "no object": (lambda d: [], "holds no object"),
    "no plan": (lambda d: {"issues": []}, "triage_plan: it is missing"),
    "a later version": (lambda d: d | {"triage_plan": 2}, "triage_plan: it is 2, and this program reads 1"),
    "other rules": (lambda d: d | {"ruleset": "v2"}, "ruleset: the plan was made by rules v2, and these are v1"),
    "another GitLab": (lambda d: d | {"gitlab": "http://other"}, "gitlab: the plan is for http://other, and .* http://gitlab"),
    "an unknown key": (lambda d: d | {"more": 1}, "more: "),
    "a missing key": (lambda d: {k: v for k, v in d.items() if k != "run"}, "run: "),
    "an issue twice": (lambda d: d | {"issues": d["issues"] * 2}, r"issues.1.ref: \S+#1 is planned twice"),
    "an unknown kind": (lambda d: broken(d, kind="Explode"), "issues.0.actions.0.kind: 'Explode'"),
    "an action's unknown key": (lambda d: broken(d, more=1), "issues.0.actions.0.more"),
    "an instant without zone": (lambda d: at(d, "2026-03-09T14:00:00"), "issues.0.at: "),
    "parts left out": (lambda d: parted(d), "issues.0.read: it names other parts"),
}  # fmt: skip


def broken(data: Any, **values: object) -> Any:
    data["issues"][0]["actions"][0] |= values
    return data


def at(data: Any, instant: str) -> Any:
    data["issues"][0]["at"] = instant
    return data


def parted(data: Any) -> Any:
    del data["issues"][0]["read"]["labels"]
    return data


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_none_is_refused_with_its_key_and_the_remedy(
    kept: Planned, tmp_path: Path, name: str
) -> None:
    change, said = WRONG[name]
    with pytest.raises(ConfigError, match=said) as caught:
        read(tmp_path, change(plan_data(whole(kept))))
    assert "make the plan again" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_plan(tmp_path / "none.json", gitlab="x", ruleset="y")


def test_an_order_of_labels_that_gitlab_gives_is_no_change(late: Issue) -> None:
    more = replace(late, labels=frozenset({"b", "a"}))
    assert changes(fingerprint(more), replace(late, labels=frozenset(["a", "b"]))) == []


def test_removing_is_so_when_it_is_off(late: Issue) -> None:
    assert left_of((RemoveLabel("r", "no such"),), late) == ()
    assert left_of((RemoveLabel("r", "SA Triaged"),), late) == (RemoveLabel("r", "SA Triaged"),)
    assert timedelta(0) <= late.newest_event_at - late.created_at
