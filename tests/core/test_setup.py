"""What setup plans: the same thing twice is nothing, what is taken away is what was made, and others' things stay."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.labels_file import Look
from app.core.setup import Left, Plan, Step, plan_pipeline, plan_project, removal, removal_of_pipeline
from app.core.setup.comparing import EVENTS, TEMPLATES, listed_states, missing_labels
from app.core.setup.marks import BOARD, COMMIT, HOOK, SCHEDULE, described, is_marked, is_untouched, unmarked
from app.core.setup.plan import Wanted, WantedPipeline, WantedVariable
from app.core.setup.seen import (
    SeenBoard,
    SeenBranch,
    SeenFile,
    SeenHook,
    SeenLabel,
    SeenPipeline,
    SeenProject,
    SeenSchedule,
    SeenVariable,
)
from app.core.setup.steps import (
    AddList,
    CommitFiles,
    DeleteBoard,
    DeleteHook,
    DeleteLabel,
    DeleteSchedule,
    DeleteVariable,
    MakeBoard,
    MoveList,
    PutHook,
    PutLabel,
    PutSchedule,
    PutVariable,
    as_dict,
    shown,
)

URL = "https://triage.example.com/hooks/gitlab"
STATES = ("Triaged", "Doing", "Waiting")
LOOKS = {
    name: Look(color=f"#00000{i}", description=f"{name}.") for i, name in enumerate((*STATES, "sla::late"))
}
TEXTS = {"Demo": "# Demo", "Visit": "# Visit"}
WANTED = Wanted(LOOKS, STATES, TEXTS, url=URL, secret=True)
MAIN = SeenBranch("main")


def applied(seen: SeenProject, steps: tuple[Step, ...]) -> SeenProject:
    """The project after these steps, as GitLab would have it."""
    for step in steps:
        seen = _applied(seen, step)
    return seen


def _applied(seen: SeenProject, step: Step) -> SeenProject:
    match step:
        case PutLabel(name=name, color=color, description=text):
            others = tuple(x for x in seen.labels if x.name != name)
            return replace(seen, labels=(*others, SeenLabel(name, color, text)))
        case DeleteLabel(name=name):
            boards = tuple(replace(b, labels=tuple(x for x in b.labels if x != name)) for b in seen.boards)
            return replace(seen, boards=boards, labels=tuple(x for x in seen.labels if x.name != name))
        case MakeBoard(name=name, lists=lists):
            return replace(seen, boards=(*seen.boards, SeenBoard(99, name, lists)))
        case AddList(board_id=number, label=label):
            return _relisted(seen, number, lambda labels: (*labels, label))
        case MoveList(board_id=number, label=label, position=place):
            return _relisted(seen, number, lambda labels: _moved(labels, label, place))
        case DeleteBoard(board_id=number):
            return replace(seen, boards=tuple(b for b in seen.boards if b.id != number))
        case CommitFiles(branch=branch, changes=changes, title=title):
            files = dict(seen.files or {})
            for change in changes:
                files.pop(change.path, None)
                if change.action != "delete":
                    files[change.path] = SeenFile(change.text, title)
            return replace(seen, files=files, branch=replace(seen.branch, name=branch))
        case PutHook(hook_id=number, url=url, name=name):
            hooks = seen.hooks or ()
            old = next((h for h in hooks if h.id == number), None)
            made = SeenHook(
                number or 99, url, name or (old.name if old else ""), frozenset(EVENTS), True, True
            )
            return replace(seen, hooks=(*(h for h in hooks if h.id != number), made))
        case DeleteHook(hook_id=number):
            return replace(seen, hooks=tuple(h for h in seen.hooks or () if h.id != number))
    raise AssertionError(step)


def _relisted(seen: SeenProject, number: int, change: Any) -> SeenProject:
    boards = tuple(replace(b, labels=change(b.labels)) if b.id == number else b for b in seen.boards)
    return replace(seen, boards=boards)


def _moved(labels: tuple[str, ...], label: str, place: int) -> tuple[str, ...]:
    rest = [x for x in labels if x != label]
    rest.insert(place, label)
    return tuple(rest)


def contents(seen: SeenProject) -> tuple[Any, ...]:
    """What can be compared before and after: everything but the branch that a first commit makes."""
    by_id = sorted(seen.boards, key=lambda b: b.id), sorted(seen.hooks or (), key=lambda h: h.id)
    return sorted(seen.labels, key=lambda x: x.name), *by_id, dict(seen.files or {})


colors = st.sampled_from(["#000000", "#000001", "#abcdef"])
names = st.sampled_from([*LOOKS, "doing", "Bug", "Other"])


@st.composite
def labels(draw: st.DrawFn) -> SeenLabel:
    """A label of somebody's, of the group's, or one that setup made and that may have been changed since."""
    name, color = draw(names), draw(colors)
    text = draw(st.sampled_from(["", f"{name}.", "Mine."]))
    if draw(st.booleans()):
        return SeenLabel(name, color, text, own=draw(st.booleans()))
    made = described(
        draw(st.sampled_from([name, "Triaged"])), draw(st.sampled_from([color, "#111111"])), text
    )
    return SeenLabel(name, color, made)


boards = st.builds(
    SeenBoard,
    st.integers(1, 9),
    st.sampled_from(["Development", BOARD]),
    st.lists(names, unique=True, max_size=4).map(tuple),
)
hooks = st.builds(
    SeenHook,
    st.integers(1, 9),
    st.sampled_from([URL, "https://other.example.com/hooks/gitlab"]),
    st.sampled_from(["", "Mine", HOOK]),
    st.frozensets(st.sampled_from([*EVENTS])),
    st.booleans(),
    st.booleans(),
)
files = st.dictionaries(
    st.sampled_from([f"{TEMPLATES}{name}.md" for name in ("Demo", "Visit", "Theirs")]),
    st.builds(SeenFile, st.sampled_from(["# Demo", "# Visit", "old"]), st.sampled_from(["Mine", COMMIT])),
)


def _possible(seen: SeenProject) -> SeenProject:
    """With lists for labels that there are, as GitLab has them."""
    there = {x.name for x in seen.labels}
    boards = (replace(b, labels=tuple(x for x in b.labels if x in there)) for b in seen.boards)
    return replace(seen, boards=tuple(boards))


projects = st.builds(
    SeenProject,
    st.just("acme/east"),
    labels=st.lists(labels(), unique_by=lambda x: x.name, max_size=6).map(tuple),
    boards=st.lists(boards, unique_by=(lambda b: b.id, lambda b: b.name), max_size=2).map(tuple),
    hooks=st.lists(hooks, unique_by=(lambda h: h.id, lambda h: h.name), max_size=2).map(tuple),
    files=files,
    branch=st.just(MAIN),
).map(_possible)


@given(projects, st.booleans())
def test_a_second_time_there_is_nothing_to_do(seen: SeenProject, overwrite: bool) -> None:
    wanted = replace(WANTED, overwrite=overwrite)
    first = plan_project(wanted, seen)
    second = plan_project(wanted, applied(seen, first.steps))
    assert second.steps == ()
    assert {left.said for left in second.left} <= {left.said for left in first.left}


@given(projects)
def test_what_others_made_is_neither_changed_nor_taken_away(seen: SeenProject) -> None:
    after = applied(seen, plan_project(WANTED, seen).steps)
    gone = applied(after, removal(after, STATES, request=False).steps)
    for there in (after, gone):
        assert [x for x in seen.labels if not is_marked(x.description)] == [
            x for x in there.labels if x in seen.labels and not is_marked(x.description)
        ]
        assert [b for b in seen.boards if b.name != BOARD] == [b for b in there.boards if b.name != BOARD]
        assert [h for h in seen.hooks or () if h.name != HOOK] == [
            h for h in there.hooks or () if h.name != HOOK
        ]
        theirs = {path: f for path, f in (seen.files or {}).items() if f.commit == "Mine"}
        assert theirs.items() <= (there.files or {}).items()


@given(projects)
def test_a_label_that_somebody_changed_since_stays_as_they_want_it(seen: SeenProject) -> None:
    changed = {x.name: x for x in seen.labels if not is_untouched(x.name, x.color, x.description)}
    after = {x.name: x for x in applied(seen, plan_project(WANTED, seen).steps).labels}
    assert {name: after[name] for name in changed} == changed


@given(projects)
def test_taken_away_it_is_as_it_was(seen: SeenProject) -> None:
    """From a project that holds nothing of setup's."""
    seen = _possible(
        replace(
            seen,
            labels=tuple(x for x in seen.labels if not is_marked(x.description)),
            boards=tuple(b for b in seen.boards if b.name != BOARD),
            hooks=tuple(h for h in seen.hooks or () if h.name != HOOK),
            files={path: f for path, f in (seen.files or {}).items() if f.commit == "Mine"},
        )
    )
    after = applied(seen, plan_project(WANTED, seen).steps)
    assert contents(applied(after, removal(after, STATES, request=False).steps)) == contents(seen)


@given(projects)
def test_the_lists_come_to_stand_in_order(seen: SeenProject) -> None:
    after = applied(seen, plan_project(replace(WANTED, overwrite=True), seen).steps)
    there = {x.name for x in after.labels}
    wanted = [name for name in STATES if name in there]
    found = [listed_states(wanted, board.labels) for board in after.boards]
    assert not wanted or any(not each.missing and each.in_order for each in found)


def test_lists_for_no_label_do_not_keep_the_others_from_their_order() -> None:
    labels = tuple(SeenLabel(name, look.color, look.description) for name, look in LOOKS.items())
    lists = ["@sam", "Triaged", "Waiting", "Doing"]
    board = SeenBoard(1, BOARD, tuple(lists[1:]), others=1)
    for step in plan_project(WANTED, SeenProject("acme/east", labels=labels, boards=(board,))).steps:
        if isinstance(step, MoveList):
            lists.remove(step.label)
            lists.insert(step.position, step.label)
    assert [name for name in lists if name in STATES] == [*STATES]


@given(st.text(max_size=30), colors, st.text(st.characters(exclude_categories=["Z", "C"]), max_size=40))
def test_a_mark_is_read_back(name: str, color: str, text: str) -> None:
    made = described(name, color, text)
    assert is_marked(made)
    assert is_untouched(name, color.upper(), made)
    assert unmarked(made) == text
    assert not is_untouched(f"{name}x", color, made)


def said(plan: Plan) -> list[str]:
    return [left.said for left in plan.left]


def test_an_empty_project_gets_everything_and_shows_it_line_by_line() -> None:
    plan = plan_project(WANTED, SeenProject("acme/east"))
    assert [shown(step) for step in plan.steps] == [
        "+ label Triaged: #000000",
        "+ label Doing: #000001",
        "+ label Waiting: #000002",
        "+ label sla::late: #000003",
        "+ board Requests (triage setup) with the lists Triaged, Doing, Waiting",
        "+ issue templates by a commit to main: Demo.md (new), Visit.md (new)",
        f"+ webhook to {URL} for issues_events, confidential_issues_events, note_events, "
        "confidential_note_events",
    ]
    assert plan.notes == ("acme/east is empty: the first commit makes its branch main.",)


def test_a_label_that_was_renamed_is_not_made_a_second_time() -> None:
    look = LOOKS["Doing"]
    renamed = SeenLabel("In Work", look.color, described("Doing", look.color, look.description))
    plan = plan_project(WANTED, SeenProject("acme/east", labels=(renamed,), branch=MAIN))
    assert "label Doing was renamed to In Work in GitLab" in said(plan)
    assert "Doing" not in [step.name for step in plan.steps if isinstance(step, PutLabel)]
    (board,) = (step for step in plan.steps if isinstance(step, MakeBoard))
    assert board.lists == ("Triaged", "Waiting")


def test_a_label_in_another_case_and_a_groups_label_are_left() -> None:
    there = (SeenLabel("doing", "#ffffff", ""), SeenLabel("Waiting", "#ffffff", "Ours", own=False))
    plan = plan_project(replace(WANTED, overwrite=True), SeenProject("acme/east", labels=there, branch=MAIN))
    assert said(plan) == [
        "label Doing is written doing there",
        'label Waiting is the group\'s: #ffffff and "Ours", where the rules say #000002 "Waiting."',
    ]
    assert missing_labels(["Doing", "X"], ["doing"]).lacking == ("X",)


def test_the_rules_new_colour_is_brought_to_a_label_that_nobody_touched() -> None:
    made = SeenLabel("Doing", "#123456", described("Doing", "#123456", "Once."))
    plan = plan_project(WANTED, SeenProject("acme/east", labels=(made,), branch=MAIN))
    (step,) = (s for s in plan.steps if isinstance(s, PutLabel) and s.name == "Doing")
    assert shown(step) == '~ label Doing: #000001, was #123456 and "Once."'


def test_what_the_token_may_not_do_is_said_with_the_remedy() -> None:
    seen = SeenProject("acme/east", hooks=None, files=None, branch=SeenBranch("main", may_push=False))
    plan = plan_project(WANTED, seen)
    assert len(plan.left) == 2
    assert all("TRIAGE_SETUP_TOKEN" in left.remedy for left in plan.left)
    guarded = plan_project(WANTED, replace(seen, files={}))
    assert (
        Left(
            "acme/east",
            "issue templates cannot be committed: the branch main takes no push of this token's",
            "say --mr for a merge request, or use a Maintainer's token",
        )
        in guarded.left
    )
    assert said(plan_project(WANTED, SeenProject("acme/east", problem="gone"))) == ["gone"]


def test_a_label_that_issues_carry_stays_unless_told() -> None:
    used = SeenLabel("Doing", "#000001", described("Doing", "#000001", ""), uses=3)
    seen = SeenProject("acme/east", labels=(used,), branch=MAIN)
    assert removal(seen, STATES, request=False).steps == ()
    assert "3 issues" in removal(seen, STATES, request=False).left[0].said
    assert removal(seen, STATES, request=False, used=True).steps == (DeleteLabel("acme/east", "Doing"),)


def test_templates_that_somebody_changed_stay_and_are_told() -> None:
    ours, mine = f"{TEMPLATES}Demo.md", f"{TEMPLATES}Mine.md"
    files = {ours: SeenFile("a", COMMIT), mine: SeenFile("b", "mine")}
    plan = removal(SeenProject("acme/east", branch=MAIN, files=files), STATES, request=False)
    commits = [step for step in plan.steps if isinstance(step, CommitFiles)]
    assert [(file.path, file.action) for step in commits for file in step.changes] == [(ours, "delete")]
    assert "stay: Mine" in plan.left[0].said


def test_a_board_on_which_somebody_has_put_a_list_stays_with_its_labels() -> None:
    label = SeenLabel("Doing", "#000001", described("Doing", "#000001", ""))
    for name in (BOARD, "Development"):
        seen = SeenProject(
            "acme/east", labels=(label,), boards=(SeenBoard(7, name, ("Doing", "Bug")),), branch=MAIN
        )
        plan = removal(seen, STATES, request=False)
        assert plan.steps == ()
        assert f"label Doing stays: it is a list of the board {name}" in said(plan)


def test_a_group_hook_that_tells_everything_is_enough() -> None:
    seen = SeenProject("acme/east", branch=MAIN, group_hooks=(URL,), premium=True)
    plan = plan_project(WANTED, seen)
    assert not [step for step in plan.steps if isinstance(step, PutHook)]
    assert plan.notes == ()
    without = plan_project(WANTED, replace(seen, group_hooks=(), premium=False))
    assert [step for step in without.steps if isinstance(step, PutHook)]
    assert any("Premium" in note for note in without.notes)


def test_passwords_in_addresses_of_hooks_are_not_shown() -> None:
    hook = SeenHook(
        3, "https://user:canary@old.example.com/hooks/gitlab?token=canary", HOOK, frozenset(EVENTS)
    )
    seen = SeenProject("acme/east", branch=MAIN, hooks=(hook,))
    told = [*plan_project(WANTED, seen).steps, *removal(seen, STATES, request=False).steps]
    shown_all = " ".join([*map(shown, told), *map(str, map(as_dict, told))])
    assert "https://old.example.com/hooks/gitlab" in shown_all
    assert "canary" not in shown_all


PIPELINE = WantedPipeline((WantedVariable("TRIAGE_GITLAB_TOKEN", "glpat-canary", secret=True),))


def test_the_pipeline_gets_its_schedule_and_variables_and_shows_no_value() -> None:
    plan = plan_pipeline(PIPELINE, SeenPipeline("acme/rules", branch=MAIN))
    assert [shown(step) for step in plan.steps] == [
        "+ CI variable TRIAGE_GITLAB_TOKEN (masked, protected)",
        "+ pipeline schedule 17 * * * * (UTC) on main",
    ]
    assert "glpat-canary" not in repr(plan) + str([as_dict(step) for step in plan.steps])


def test_of_the_pipeline_only_what_is_setups_own_is_changed_and_taken_away() -> None:
    ours = SeenVariable("TRIAGE_GITLAB_TOKEN", "old", PutVariableMark.text)
    theirs = SeenVariable("TRIAGE_GITLAB_TOKEN", "old", "Mine")
    schedules = (
        SeenSchedule(1, SCHEDULE, "main", "0 * * * *", "UTC"),
        SeenSchedule(2, "Mine", "main", "1 * * * *", "UTC"),
    )
    seen = SeenPipeline("acme/rules", branch=MAIN, schedules=schedules, variables=(ours,))
    plan = plan_pipeline(PIPELINE, seen)
    assert [type(step) for step in plan.steps] == [
        PutVariable
    ]  # the schedule keeps the time that somebody gave it
    assert removal_of_pipeline(seen).steps == (
        DeleteSchedule("acme/rules", 1, SCHEDULE),
        DeleteVariable("acme/rules", "TRIAGE_GITLAB_TOKEN"),
    )
    left = plan_pipeline(PIPELINE, replace(seen, variables=(theirs,)))
    assert left.steps == ()
    assert said(left) == ["CI variable TRIAGE_GITLAB_TOKEN is another one"]
    told = plan_pipeline(replace(PIPELINE, cron="5 4 * * *"), replace(seen, variables=()))
    assert PutSchedule("acme/rules", SCHEDULE, "main", "5 4 * * *", "UTC", 1) in told.steps


class PutVariableMark:
    """The mark that setup's own variables bear."""

    text = plan_pipeline(PIPELINE, SeenPipeline("x", branch=MAIN)).steps[0].description  # type: ignore[union-attr]


def test_an_empty_project_for_rules_and_an_unprotected_branch_are_told() -> None:
    empty = plan_pipeline(PIPELINE, SeenPipeline("acme/rules"))
    assert said(empty) == ["it is empty: there is nothing that a schedule could run"]
    loose = SeenPipeline("acme/rules", branch=SeenBranch("main", protected=False), pipeline=False)
    assert len(plan_pipeline(PIPELINE, loose).left) == 2
    blind = SeenPipeline("acme/rules", branch=MAIN, schedules=None, variables=None)
    assert plan_pipeline(PIPELINE, blind).steps == ()
    assert len(removal_of_pipeline(blind).left) == 1
