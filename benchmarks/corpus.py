"""How well real issue templates are read: `python -m benchmarks.corpus [FOLDER]`. See README.md beside this."""

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.core.answers import gaps, read_answers
from app.core.outline import outline
from app.core.sections import Section, heading_key, sections
from app.core.template import BlockSpec, Template, TemplateFile
from app.core.validators import About

FOLDER = Path(__file__).parent.parent.parent / "shared" / "corpus" / "templates"
TARGET = 95
WORDS = "It went wrong on Tuesday, right after the upgrade. We would like to have it back before the summer."
ABOUT = About(datetime(2026, 3, 2, 14, tzinfo=UTC), ZoneInfo("UTC"), {})
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def template_of(name: str, text: str) -> Template:
    """The text as a template in which every heading is a block to be filled, once where it occurs twice.

    A heading that only gathers others, with nothing but space between it and a smaller one, is to be filled there.
    """
    found = outline(text)
    blocks = {
        part.key: BlockSpec(heading=part.title, ask="what is asked for", example="One good answer.")
        for part, following in zip(found, [*found[1:], None], strict=True)
        if not _gathers(part, following)
    }
    return Template(name, TemplateFile(id="corpus", version=1, blocks=list(blocks.values())), text)


def _gathers(part: Section, following: Section | None) -> bool:
    return following is not None and following.level > part.level and not part.body.strip()


def filled(text: str, keys: frozenset[str]) -> str:
    """The text with two sentences at the end of each section of these keys, below all that stands there."""
    lines = text.replace("\r\n", "\n").split("\n")
    found = outline(text)
    ends = [part.line - 1 for part in found[1:]] + [len(lines)]
    for part, end in reversed(list(zip(found, ends, strict=True))):
        if part.key in keys:
            above = "\n".join(lines[:end]).rstrip().split("\n")
            lines = [*above, "", WORDS, "", *lines[end:]]
    return "\n".join(lines)


def missing(description: str, template: Template) -> frozenset[str]:
    """The keys of the blocks that lack something, as the whole way of reading sees it."""
    answers = read_answers(description, template, ABOUT)
    return frozenset(heading_key(gap.title) for gap in gaps(answers, template))


def headings_by_eye(text: str) -> list[str]:
    """The `#` headings as a plain look at the lines finds them: an independent count, which knows no Markdown."""
    found = []
    fence = ""
    for line in _COMMENT.sub("", text).splitlines():
        edge = _FENCE.match(line)
        if edge and (not fence or edge[1].startswith(fence)):
            fence = "" if fence else edge[1]
        elif not fence and (match := re.match(r" {0,3}#{1,6}[ \t]+(.*?)[# \t]*$", line)):
            found.append(heading_key(match[1]))
    return found


def misses(template: Template) -> dict[str, str]:
    """What goes wrong with one template, and why, by what was tried; empty when nothing does."""
    found: dict[str, str] = {}
    text = template.text
    by_eye, read = headings_by_eye(text), [part.key for part in sections(text)]
    if by_eye != read:
        found["headings"] = f"by eye {len(by_eye)}, read {len(read)}: {sorted(set(by_eye) ^ set(read))}"
    keys = frozenset(block.key for block in template.file.blocks)
    if seen := keys - missing(text, template):
        found["untouched"] = f"counts as filled: {sorted(seen)}"
    if lost := missing(filled(text, keys), template):
        found["filled"] = f"counts as unfilled: {sorted(lost)}"
    for key in sorted(keys):
        if missing(filled(text, frozenset({key})), template) != keys - {key}:
            found.setdefault("one by one", f"filled alone, it does not count, or others do too: {key}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where the templates are")
    folder = parser.parse_args().folder
    paths = sorted(folder.glob("*.md")) if folder.is_dir() else []
    if not paths:
        print(f"there are no templates in {folder}; nothing is measured")
        return 0
    texts = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    templates = {name: template_of(name, text) for name, text in texts.items()}
    found = {name: misses(templates[name]) for name in texts}
    headings = sum(len(sections(text)) for text in texts.values())
    blocks = sum(len(template.file.blocks) for template in templates.values())
    print(f"{len(texts)} templates with {headings} headings; {blocks} blocks to be filled, none left out")
    for name, template in templates.items():
        if not template.headed:
            titles = ", ".join(part.title for part in outline(template.text))
            print(f"  without headings: {name}: {'the whole text' if template.whole else titles}")
    worst = 100.0
    for what in ("headings", "untouched", "filled", "one by one"):
        good = sum(what not in missed for missed in found.values())
        share = 100 * good / len(texts)
        worst = min(worst, share)
        print(f"{what:12} {good:3} of {len(texts)}  {share:5.1f} %")
    for name, missed in found.items():
        for what, why in missed.items():
            print(f"  {name}: {what}: {why}")
    return 0 if worst >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
