"""The hooks by which the boards' events come, looked at while a sweep is under way."""

from app.core.board import Board
from app.errors import TriageError
from app.gitlab.client import GitLab
from app.gitlab.hooks import HookSeen, look_at_hooks
from app.sweep.report import Report


def watch_hooks(report: Report, boards: list[Board], gitlab: GitLab) -> None:
    """Looks at the hooks of the boards; those that GitLab has switched off are tested if the sweep writes."""
    report.hooks += hooks_of(boards, gitlab, mend=report.applied)


def hooks_of(boards: list[Board], gitlab: GitLab, *, mend: bool = False) -> list[HookSeen]:
    """The hooks of the boards, once each project; with `mend`, those that are off are tested. A watched board needs
    none."""
    found: list[HookSeen] = []
    for project in dict.fromkeys(board.file.project for board in boards if not board.file.watched):
        try:
            found += look_at_hooks(gitlab.calls, project, mend=mend)
        except TriageError as error:
            found.append(HookSeen(project, "not seen", said=str(error)))
    return found
