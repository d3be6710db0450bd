"""All that the documentation names is there: links, commands, variables, rules, tests, files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import app
from app.core.ruleset import Ruleset
from app.settings import SECRETS, SetupSettings
from tests.conftest import ROOT
from tests.doc_pages import PAGES, anchors, commands, files, links, name, prose, understood

REFERENCE = ROOT / "docs" / "reference.md"
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
ALL = "\n".join(TEXTS.values())
WITH_TESTS = [page for page in PAGES if "tests/" in TEXTS[page]]


def leaves(command: Any, words: tuple[str, ...] = ("triage",)) -> Iterator[str]:
    """Every command with its words, `triage rules check`."""
    if hasattr(command, "commands"):
        for word, each in command.commands.items():
            yield from leaves(each, (*words, word))
    else:
        yield " ".join(words)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{name(page)}: {target}"
        if anchor:
            assert anchor in anchors(there), f"{name(page)}: {target}; there are {sorted(anchors(there))}"


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    reached = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    cookbook = ROOT / "docs" / "cookbook" / "README.md"
    reached |= {(cookbook.parent / target.partition("#")[0]).resolve() for target in links(cookbook)}
    own = {page for page in PAGES if page != index and page.name != "rule-codes.md"}
    assert {name(p) for p in own if p.parent != ROOT} - {
        name(p) for p in reached if p.is_relative_to(ROOT)
    } == set()


def test_every_command_is_told_of() -> None:
    missing = [line for line in leaves(typer.main.get_command(app)) if not re.search(rf"{line}\b", ALL)]
    assert missing == []
    assert [line for line in leaves(typer.main.get_command(app)) if f"`{line}`" not in TEXTS[REFERENCE]] == []


def test_every_command_in_a_sentence_is_one() -> None:
    """Those that are whole: with dots or brackets they stand for several."""
    found = {words for page in PAGES for words in re.findall(r"`(triage [^`\n]+)`", prose(page))}
    whole = [line for line in found if not re.search(r"\.\.\.|[\[\]<>|]", line)]
    assert len(whole) > 40
    for line in whole:
        parsed_or_group(line.replace('"', "").partition(" > ")[0].split()[1:])


def parsed_or_group(words: list[str]) -> None:
    """A command, or a group of them, that exists; its values may be left out in a sentence, and options may not be
    unknown."""
    try:
        understood(words)
    except Exception as error:
        if type(error).__name__ not in ("MissingParameter", "BadParameter", "BadOptionUsage"):
            raise


def test_every_variable_is_in_the_reference_and_the_other_way_round() -> None:
    known = {f"TRIAGE_{field.upper()}" for field in SetupSettings.model_fields}
    known |= {f"TRIAGE_{field.upper()}_FILE" for field in SECRETS}
    told = set(re.findall(r"TRIAGE_[A-Z_]+[A-Z]", TEXTS[REFERENCE]))
    assert told == known


def test_no_page_names_a_variable_that_is_none() -> None:
    known = {f"TRIAGE_{field.upper()}" for field in SetupSettings.model_fields}
    known |= {f"TRIAGE_{field.upper()}_FILE" for field in SECRETS} | {"TRIAGE_TEST_ALL"}
    ci = (ROOT / ".gitlab-ci.yml").read_text() + "".join(
        p.read_text() for p in (ROOT / "templates").glob("*.yml")
    )
    known |= set(re.findall(r"TRIAGE_[A-Z_]+[A-Z]", ci))
    assert set(re.findall(r"TRIAGE_[A-Z_]+[A-Z]", ALL)) - known == set()


def test_every_rule_that_is_named_exists(ruleset: Ruleset) -> None:
    there = {rule.id for rule in ruleset.rules}
    for page in PAGES:
        own = {Path(file).stem for file in files(page)}
        linked = set(re.findall(r"rules/([a-z][a-z-]+)\.yaml", TEXTS[page])) - {"labels", "quarters"}
        told = set(re.findall(r"--rule ([a-z-]+)", TEXTS[page])) | linked
        own |= set(re.findall(r"^id: ([a-z-]+)$", TEXTS[page], re.M))
        assert told - there - own == set(), name(page)


@pytest.mark.parametrize("page", WITH_TESTS, ids=name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    for file, test in set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXTS[page])):
        assert (ROOT / file).is_file(), f"{name(page)}: {file}"
        if test:
            found = re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE)
            assert found, f"{name(page)}: {file}::{test}"


def test_every_file_of_the_program_that_is_named_exists() -> None:
    for page in PAGES:
        for path in set(re.findall(r"`(app/[\w/.]+)`", TEXTS[page])):
            assert (ROOT / path).exists(), f"{name(page)}: {path}"


def test_readme_stays_one_page() -> None:
    assert len(TEXTS[ROOT / "README.md"].splitlines()) <= 150


def test_the_cookbook_has_its_pages_and_each_says_what_people_see() -> None:
    pages = [page for page in PAGES if page.parent.name == "cookbook" and page.name != "README.md"]
    assert len(pages) >= 12
    for page in pages:
        assert TEXTS[page].splitlines()[2].startswith("**You want**"), name(page)
        assert any(True for _ in commands(page)), name(page)
