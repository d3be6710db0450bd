"""The report as people read it on a terminal or in a pipeline's log."""

import shlex
from collections import Counter

from app.gitlab.hooks import HookSeen
from app.missed import missed_lines
from app.reports.shown import pending, shown
from app.reports.words import counts_text, issue_lines
from app.sweep.report import Report
from app.sweep.summaries import Summary

A_SCREEN = 30  # lines; of more, the first is read before the last


def as_text(report: Report) -> str:
    """Each issue with something to do, with every action, then what was left out, then the totals."""
    lines: list[str] = []
    for each in shown(report):
        row = each.row
        if row.error:
            lines.append(f"{row.reference}: not done: {row.error}")
            continue
        lines.append(f"{row.reference} (only watched)" if each.found and not each.number else row.reference)
        lines += issue_lines(each, applied=report.applied)
    lines += [f"{board}: could not be listed: {why}" for board, why in report.boards_failed.items()]
    if silent := Counter(
        r.plan.silent for r in report.rows if r.plan and r.plan.silent and not report.against
    ):
        lines += [f"{number} left alone: {why}" for why, number in silent.most_common()]
    lines += [*hook_lines(report.hooks), *missed_lines(report.missed, report.hooks)]
    lines += [_listed(each, applied=report.applied) for each in report.summaries]
    lines.append(f"{_verb(report)} {counts_text(report)}")
    if not report.complete:
        why = f"Incomplete: {report.stopped or 'not every issue was looked at'}."
        lines = [*([why] if len(lines) > A_SCREEN else []), *lines, why]
    if report.too_much:
        lines.append(f"Nothing of it would be written: {report.too_much}.")
    if report.plan:
        lines.append(f"The plan is in {report.plan}; do it with: triage apply {shlex.quote(report.plan)}")
    elif report.run and report.done:
        lines.append(f"Take it back with: triage undo {report.run}")
    return "\n".join(lines)


def hook_lines(hooks: list[HookSeen]) -> list[str]:
    """What has to be said of the hooks: each that is off or was, and in one line those that may not be seen."""
    lines = [f"HOOK: {hook}" for hook in hooks if hook.loud or hook.verdict == "switched on again"]
    if unseen := [hook for hook in hooks if hook.verdict == "not seen"]:
        more = f" (and those of {len(unseen) - 1} more projects)" if len(unseen) > 1 else ""
        lines.append(f"{unseen[0]}{more}")
    return lines


def _listed(each: Summary, *, applied: bool) -> str:
    """What became of the issue in which a rule lists what it finds."""
    what = f"{each.rule} lists {each.items} on {each.board}"
    if each.error:
        return f"{what}: not written: {each.error}"
    name = each.reference or "a new issue"
    done = each.done if applied or each.done == "as it was" else f"would be {each.done}"
    return f"{what}: {name}: {done}"


def _verb(report: Report) -> str:
    if report.against:
        return f"Compared with {report.against}, this change would touch"
    if report.applied and (left := pending(report)):
        return f"Done {report.done} of {report.done + left}:"
    return "Done:" if report.applied else "Would do:"
