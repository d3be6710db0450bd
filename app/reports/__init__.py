"""What a sweep puts out: each file one format, each a pure function of the report. Nothing here reads or writes.

People's text in any of them is escaped for that format, and of a confidential issue only the reference is told.
"""

from collections.abc import Callable

from app.core.text import steady
from app.reports.codequality import as_codequality
from app.reports.data import as_data, as_json, json_parts
from app.reports.junit import as_junit
from app.reports.markdown import as_markdown
from app.reports.shown import pending
from app.reports.text import as_text, hook_lines
from app.reports.words import counts_text
from app.sweep.report import Report

# By the word for it on the command line. The second argument is the repository's folder, to which paths are relative.
FORMATS: dict[str, Callable[[Report, str], str]] = {
    "text": lambda report, _top: steady(as_text(report)) + "\n",
    "json": lambda report, _top: as_json(report),
    "junit": lambda report, _top: as_junit(report),
    "codequality": as_codequality,
    "markdown": lambda report, _top: as_markdown(report),
}

__all__ = [
    "FORMATS",
    "as_codequality",
    "as_data",
    "as_json",
    "as_junit",
    "as_markdown",
    "as_text",
    "counts_text",
    "hook_lines",
    "json_parts",
    "pending",
]
