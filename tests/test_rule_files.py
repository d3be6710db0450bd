"""Changed texts of the rules are tried on a copy, and written all or not at all."""

import resource
import shutil
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.rule_files import Text, read, tried, write
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rules with one rule, so that its examples are quickly run."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    for rule in (tmp_path / "rules").glob("*.yaml"):
        if rule.name not in ("labels.yaml", "answered-wait.yaml"):
            rule.unlink()
    return tmp_path / "rules"


def test_a_copy_is_tried_and_the_folder_stays_as_it_is(folder: Path) -> None:
    text = read(folder, "answered-wait.yaml")
    changed = Text(text.old, text.new.replace("A request waits", "Each request waits"))
    ruleset = tried(folder, {"answered-wait.yaml": changed})
    assert ruleset.rules[0].summary.startswith("Each request")
    assert read(folder, "answered-wait.yaml") == text


def test_faults_of_the_copy_are_told_by_the_files_own_names(folder: Path) -> None:
    text = read(folder, "answered-wait.yaml")
    with pytest.raises(ConfigError) as told:
        tried(folder, {"answered-wait.yaml": Text(text.old, text.new.replace('["-SA Waiting"]', "[]"))})
    assert str(told.value).startswith("answered-wait.yaml:")


def test_templates_inside_the_rules_folder_are_tried_too(folder: Path) -> None:
    shutil.move(folder.parent / "issue_templates", folder / "issue_templates")
    assert tried(folder, {}).templates


def test_texts_are_written_with_their_line_ends(folder: Path) -> None:
    write(folder, {"labels.yaml": Text(read(folder, "labels.yaml").old, "state: [a]\r\n")})
    assert (folder / "labels.yaml").read_bytes() == b"state: [a]\r\n"


def test_what_somebody_changed_meanwhile_is_left_alone(folder: Path) -> None:
    one, other = read(folder, "answered-wait.yaml"), read(folder, "labels.yaml")
    (folder / "labels.yaml").write_text("mine")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        write(folder, {"answered-wait.yaml": Text(one.old, "new"), "labels.yaml": Text(other.old, "new")})
    assert read(folder, "answered-wait.yaml") == one
    assert (folder / "labels.yaml").read_text() == "mine"


def test_where_one_cannot_be_written_none_is(folder: Path) -> None:
    one, other = read(folder, "answered-wait.yaml"), read(folder, "labels.yaml")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # as on a disk that is full
    try:
        with pytest.raises(ConfigError, match=r"labels\.yaml cannot be written: File too large"):
            write(
                folder,
                {
                    "answered-wait.yaml": Text(one.old, "new"),
                    "labels.yaml": Text(other.old, "x" * 30_000),
                },
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (read(folder, "answered-wait.yaml"), read(folder, "labels.yaml")) == (one, other)
