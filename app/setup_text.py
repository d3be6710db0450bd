"""A setup plan and what came of it, as people read it."""

from itertools import groupby

from app.core.setup import Plan
from app.core.setup.steps import shown
from app.setting_up import SetUp


def plan_text(plan: Plan) -> str:
    """The steps by project, what is left as it is, and what is good to know."""
    lines: list[str] = []
    projects = dict.fromkeys([*(s.project for s in plan.steps), *(left.project for left in plan.left)])
    for project in projects:
        lines.append(project)
        lines += [f"  {shown(step)}" for step in plan.steps if step.project == project]
        for left in plan.left:
            if left.project == project:
                lines.append(f"  ! {left.said}")
                lines += [f"      → {left.remedy}"] if left.remedy else []
    lines += [f"i {note}" for note in plan.notes]
    return "\n".join(lines)


def outcome_text(found: SetUp, *, dry_run: bool) -> str:
    """What came of it; of steps that are done only those that leave something to do."""
    count, left = len(found.plan.steps), len(found.plan.left)
    standing = f"; {left} left as {'it is' if left == 1 else 'they are'}" if left else ""
    if not count:
        return f"No change{standing}."
    if not found.applied:
        said = "would be done" if dry_run else "were not done"
        return f"{count} steps {said}{standing}."
    lines = []
    for project, each in groupby(found.done, lambda done: done.step.project):
        told = [
            f"  ✗ {d.step.about}: {d.error}" if d.error else f"  → {d.said}"
            for d in each
            if d.error or d.said
        ]
        lines += [project, *told] if told else []
    fine = sum(not done.error for done in found.done)
    lines.append(f"{fine} of {count} steps done{standing}.")
    if found.broken_off:
        lines.append("It ended before its end; run it again: what is done is found done.")
    return "\n".join(lines)
