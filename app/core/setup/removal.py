"""What setup made, taken away again: nothing else, and nothing that somebody has made their own since."""

from collections.abc import Sequence

from app.core.setup.comparing import TEMPLATES
from app.core.setup.files import committed
from app.core.setup.marks import (
    BOARD,
    BRANCH,
    HOOK,
    REMOVAL,
    REMOVAL_BRANCH,
    SCHEDULE,
    VARIABLE,
    is_commit_of_ours,
    is_marked,
)
from app.core.setup.seen import SeenPipeline, SeenProject
from app.core.setup.steps import (
    DeleteBoard,
    DeleteHook,
    DeleteLabel,
    DeleteSchedule,
    DeleteVariable,
    DropBranch,
    FileChange,
    Left,
    Plan,
    Step,
)


def removal(seen: SeenProject, states: Sequence[str], *, request: bool, used: bool = False) -> Plan:
    """What takes setup's things out of a board's project, whose states have these labels.

    Labels that issues carry stay unless `used`: with a label its place in every issue's history goes, too.
    """
    if seen.problem:
        return Plan(left=(Left(seen.path, seen.problem, seen.remedy),))
    boards = _boards(seen, states)
    return _hooks(seen) + boards + _files(seen, request=request) + _labels(seen, boards, used=used)


def _hooks(seen: SeenProject) -> Plan:
    if seen.hooks is None:
        said = "the token may not see webhooks: one that setup made may be left"
        return Plan(left=(Left(seen.path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN"),))
    return Plan(tuple(DeleteHook(seen.path, hook.id, hook.url) for hook in seen.hooks if hook.name == HOOK))


def _boards(seen: SeenProject, states: Sequence[str]) -> Plan:
    """The board, unless somebody has put further lists on it. They are told from ours by their labels."""
    plan = Plan()
    made = {*states, *(label.name for label in seen.labels if is_marked(label.description))}
    for board in seen.boards:
        if board.name != BOARD:
            continue
        foreign = [name for name in board.labels if name not in made]
        if foreign or board.others:
            said = f"board {board.name} stays: somebody has put lists on it ({', '.join(foreign) or 'without labels'})"
            plan += Plan(left=(Left(seen.path, said, "delete it by hand if nobody needs it"),))
        else:
            plan += Plan((DeleteBoard(seen.path, board.id, board.name),))
    return plan


def _files(seen: SeenProject, *, request: bool) -> Plan:
    if seen.files is None:
        said = "the token may not read the repository: templates that setup committed may be left"
        return Plan(left=(Left(seen.path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN"),))
    ours = [path for path, file in sorted(seen.files.items()) if is_commit_of_ours(file.commit)]
    changes = tuple(FileChange(path, "delete") for path in ours)
    kept = [
        path.removeprefix(TEMPLATES).removesuffix(".md") for path in sorted(seen.files.keys() - set(ours))
    ]
    proposed = seen.proposals.get(BRANCH)
    plan = Plan((DropBranch(seen.path, BRANCH, proposed.request),)) if proposed else Plan()
    if kept:
        said = f"issue templates that somebody else made, or has changed since, stay: {', '.join(kept)}"
        plan += Plan(left=(Left(seen.path, said, "delete them by hand if nobody needs them"),))
    return plan + (
        committed(seen, changes, REMOVAL, REMOVAL_BRANCH if request else "") if changes else Plan()
    )


def _labels(seen: SeenProject, boards: Plan, *, used: bool) -> Plan:
    """The labels, but for those that somebody uses: on issues, or as lists of a board that stays."""
    steps, left = list[Step](), list[Left]()
    gone = {step.board_id for step in boards.steps if isinstance(step, DeleteBoard)}
    listed = {name: board.name for board in seen.boards if board.id not in gone for name in board.labels}
    for label in seen.labels:
        if not (label.own and is_marked(label.description)):
            continue
        if label.uses and not used:
            said = f"label {label.name} stays: {label.uses} issues or merge requests carry it"
            remedy = "take it off them first; or say --used-labels, and it goes out of their history, too"
            left.append(Left(seen.path, said, remedy))
        elif label.name in listed:
            said = f"label {label.name} stays: it is a list of the board {listed[label.name]}"
            left.append(Left(seen.path, said, "take the list off that board first"))
        else:
            steps.append(DeleteLabel(seen.path, label.name))
    return Plan(tuple(steps), tuple(left))


def removal_of_pipeline(seen: SeenPipeline) -> Plan:
    """What takes setup's schedule and variables out of the project with the rules."""
    if seen.problem:
        return Plan(left=(Left(seen.path, seen.problem, seen.remedy),))
    steps: list[Step] = [
        DeleteSchedule(seen.path, each.id, each.description)
        for each in seen.schedules or ()
        if each.description == SCHEDULE
    ]
    steps += [
        DeleteVariable(seen.path, each.key) for each in seen.variables or () if each.description == VARIABLE
    ]
    left: tuple[Left, ...] = ()
    if seen.schedules is None or seen.variables is None:
        said = "the token may not see schedules or CI variables: some that setup made may be left"
        left = (Left(seen.path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN"),)
    return Plan(tuple(steps), left)
