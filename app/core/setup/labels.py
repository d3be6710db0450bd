"""Labels and the issue board: what is missing is made, what setup made and nobody touched follows the rules."""

from collections.abc import Iterator, Mapping, Sequence

from app.core.labels_file import Look
from app.core.setup.comparing import best_board, listed_states, missing_labels
from app.core.setup.marks import BOARD, described, is_marked, is_untouched, unmarked
from app.core.setup.seen import SeenBoard, SeenLabel, SeenProject
from app.core.setup.steps import AddList, Left, MakeBoard, MoveList, Plan, PutLabel, Step


def plan_labels(wanted: Mapping[str, Look], seen: SeenProject, *, overwrite: bool) -> Plan:
    """The labels' steps. A label of a group above does as well as the project's own, and is never changed."""
    there = {label.name: label for label in seen.labels}
    names = missing_labels(list(wanted), there)
    steps: list[Step] = []
    left: list[Left] = []
    for name, look in wanted.items():
        if name in there:
            match _differing(there[name], look, seen.path, overwrite=overwrite):
                case PutLabel() as step:
                    steps.append(step)
                case Left() as fault:
                    left.append(fault)
        elif name in names.otherwise:
            other = names.otherwise[name]
            said = f"label {name} is written {other} there"
            left.append(Left(seen.path, said, f"triage labels rename, or write {other} in rules/labels.yaml"))
        elif renamed := _renamed(name, wanted, seen.labels):
            said = f"label {name} was renamed to {renamed} in GitLab"
            remedy = f"rename it back, or rename it in the rules: triage labels rename '{name}' '{renamed}'"
            left.append(Left(seen.path, said, remedy))
        else:
            steps.append(PutLabel(seen.path, name, look.color, described(name, look.color, look.description)))
    return Plan(tuple(steps), tuple(left))


def _differing(there: SeenLabel, look: Look, path: str, *, overwrite: bool) -> PutLabel | Left | None:
    """What is to be done about a label that is there; None where it is as wanted."""
    was = []
    if there.color.casefold() != look.color.casefold():
        was.append(there.color)
    if unmarked(there.description) != look.description:
        was.append(f'"{unmarked(there.description)}"')
    if not was:
        return None
    said = " and ".join(was)
    if there.own and is_untouched(there.name, there.color, there.description):
        text = described(there.name, look.color, look.description)
        return PutLabel(path, there.name, look.color, text, said)
    if there.own and overwrite:
        # What somebody else made stays theirs, without our mark, and is not taken away later.
        text = look.description
        if is_marked(there.description):
            text = described(there.name, look.color, look.description)
        return PutLabel(path, there.name, look.color, text, said)
    whose, remedy = "somebody's", "fine as it is, or say --overwrite"
    if not there.own:
        whose, remedy = "the group's", "fine as it is, or change it in the group"
    said = f'label {there.name} is {whose}: {said}, where the rules say {look.color} "{look.description}"'
    return Left(path, said, remedy)


def _renamed(name: str, wanted: Mapping[str, Look], labels: Sequence[SeenLabel]) -> str | None:
    """What a label that setup made under that name is called now; None where there is none, or its new name is that of
    another label that is wanted."""
    ours = (x for x in labels if x.own and x.name not in wanted)
    return next((x.name for x in ours if is_untouched(name, x.color, x.description)), None)


def plan_boards(states: Sequence[str], seen: SeenProject, labels: Plan, *, overwrite: bool) -> Plan:
    """The board's steps, once the labels' steps are done: a board of setup's own, unless one has lists for states."""
    names = {label.name for label in seen.labels}
    names |= {step.name for step in labels.steps if isinstance(step, PutLabel)}
    wanted = [name for name in states if name in names]
    ours = next((board for board in seen.boards if board.name == BOARD), None)
    if ours:
        return Plan(tuple(_arranged(seen.path, ours, wanted)))
    best = best_board(states, [board.labels for board in seen.boards])
    found = listed_states(wanted, best)
    if not found.found:
        return Plan((MakeBoard(seen.path, BOARD, tuple(wanted)),)) if wanted else Plan()
    if not found.missing and found.in_order:
        return Plan()
    theirs = next(board for board in seen.boards if board.labels == best)
    if overwrite:
        return Plan(tuple(_arranged(seen.path, theirs, wanted)))
    lacks = f"another order: {', '.join(found.found)}"
    if found.missing:
        lacks = f"no list for {', '.join(found.missing)}"
    remedy = "mend it there, or say --overwrite"
    return Plan(left=(Left(seen.path, f"somebody else's board {theirs.name} has {lacks}", remedy),))


def _arranged(path: str, board: SeenBoard, wanted: Sequence[str]) -> Iterator[Step]:
    """The lists that are added, at the end as GitLab does, and then, where they do not stand in order among themselves,
    the moves that bring them to the front. Further lists of somebody's may stand between; where those that stand for
    no label do, nobody knows, and all are moved."""
    order = list(board.labels)
    for label in wanted:
        if label not in order:
            yield AddList(path, board.id, label)
            order.append(label)
    if listed_states(wanted, order).in_order:
        return
    for place, label in enumerate(wanted):
        if board.others or order[place] != label:
            yield MoveList(path, board.id, label, place)
            order.remove(label)
            order.insert(place, label)
