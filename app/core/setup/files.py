"""Issue templates in the repository of a board's project: what is committed, and where."""

from collections.abc import Mapping
from dataclasses import replace

from app.core.setup.comparing import TEMPLATES, same_text
from app.core.setup.marks import BRANCH, COMMIT, TOLD, is_commit_of_ours
from app.core.setup.seen import SeenFile, SeenProject
from app.core.setup.steps import CommitFiles, DropBranch, FileChange, Left, Plan, Step

FIRST = "main"


def plan_files(templates: Mapping[str, str], seen: SeenProject, *, request: bool, overwrite: bool) -> Plan:
    """The commit that brings the templates there, and those that are somebody else's."""
    if seen.files is None:
        said = "the token may not read the repository: that needs the Reporter role, and a commit the Developer's"
        return Plan(left=(Left(seen.path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN"),))
    ours, told, left = list[FileChange](), list[FileChange](), list[Left]()
    for name, text in sorted(templates.items()):
        path = f"{TEMPLATES}{name}.md"
        there = seen.files.get(path)
        if there is None:
            ours.append(FileChange(path, "create", text))
        elif same_text(there.text, text):
            continue
        elif is_commit_of_ours(there.commit):
            ours.append(FileChange(path, "update", text))
        elif overwrite:
            told.append(FileChange(path, "update", text))
        else:
            said = f"issue template {name} is another one there, and somebody else's"
            left.append(Left(seen.path, said, "copy ours there, or say --overwrite"))
    plan = Plan(left=tuple(left))
    # What somebody else made goes first: a merge request bears the title of its first commit, and one that is squashed
    # leaves no other. So it never passes for setup's own.
    for changes, title in ((told, TOLD), (ours, COMMIT)):
        if changes:
            plan += committed(seen, tuple(changes), title, BRANCH if request else "")
    return _once_made(plan)


def _once_made(plan: Plan) -> Plan:
    """The plan in which a branch is made by its first commit alone."""
    made: set[str] = set()
    steps: list[Step] = []
    for step in plan.steps:
        if isinstance(step, DropBranch | CommitFiles) and step.branch in made:
            if isinstance(step, DropBranch):
                continue
            step = replace(step, start="")
        made |= {step.branch} if isinstance(step, CommitFiles) and step.start else set()
        steps.append(step)
    return replace(plan, steps=tuple(steps))


def committed(seen: SeenProject, changes: tuple[FileChange, ...], title: str, request: str = "") -> Plan:
    """The commit with these changes, or why there can be none. `request` is the branch for a merge request."""
    branch = seen.branch
    if not branch.name:
        notes = (f"{seen.path} is empty: the first commit makes its branch {FIRST}.",)
        return Plan((CommitFiles(seen.path, FIRST, changes, title),), notes=notes)
    if not request:
        if branch.may_push:
            return Plan((CommitFiles(seen.path, branch.name, changes, title),))
        said = f"issue templates cannot be committed: the branch {branch.name} takes no push of this token's"
        return Plan(
            left=(Left(seen.path, said, "say --mr for a merge request, or use a Maintainer's token"),)
        )
    found = seen.proposals.get(request)
    first: Step = CommitFiles(seen.path, request, changes, title, branch.name, branch.name)
    if found is None:
        return Plan((first,))
    if not found.request:  # left over from one that is merged or closed
        return Plan((DropBranch(seen.path, request), first))
    further = tuple(_from(change, found.files) for change in changes if not _proposed(change, found.files))
    if not further:
        return Plan(left=(Left(seen.path, f"issue templates wait in {found.url}", "merge it"),))
    return Plan((CommitFiles(seen.path, request, further, title, request=branch.name),))


def _proposed(change: FileChange, proposed: Mapping[str, SeenFile]) -> bool:
    """Whether the branch of the merge request has the change already."""
    there = proposed.get(change.path)
    if change.action == "delete":
        return there is None
    return there is not None and same_text(there.text, change.text)


def _from(change: FileChange, proposed: Mapping[str, SeenFile]) -> FileChange:
    """The change as the branch of the merge request takes it."""
    if change.action == "delete":
        return change
    return FileChange(change.path, "update" if change.path in proposed else "create", change.text)
