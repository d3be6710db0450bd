"""Where the rules of before are: in a folder, or at a ref in the history of the rules folder."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.core.checks.sla import Sla
from app.core.ruleset import Ruleset
from app.errors import ConfigError
from app.other_rules import other_rules
from tests.conftest import ROOT


def git(where: Path, *words: str) -> None:
    who = ("-c", "user.name=root", "-c", "user.email=root@example.com")
    subprocess.run(["git", "-C", str(where), *who, *words], check=True, capture_output=True)


def committed(top: Path, folder: Path, *, templates: bool = True) -> Path:
    """The shipped rules in that folder of a repository, tagged `spring`; then with half the target."""
    shutil.copytree(ROOT / "rules", folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "issue_templates", folder.parent / "issue_templates")
    git(top, "init", "--quiet")
    git(top, "add", str(folder))
    if templates:
        git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "spring")
    git(top, "tag", "spring")
    clock = folder / "late-activity.yaml"
    clock.write_text(clock.read_text().replace("target: 48h", "target: 24h"))
    git(top, "commit", "--quiet", "-a", "-m", "summer")
    return folder


def hours(ruleset: Ruleset) -> float:
    check = next(r.check for r in ruleset.rules if r.id == "late-activity")
    assert isinstance(check, Sla)
    assert check.target
    return check.target.total_seconds() / 3600


def read(name: str, ours: Path) -> float:
    with other_rules(name, ours) as (folder, ruleset):
        assert folder.is_dir()
        return hours(ruleset)


@pytest.mark.parametrize("place", ["rules", "config/our rules"])
def test_a_ref_means_the_rules_as_they_were_then(tmp_path: Path, place: str) -> None:
    ours = committed(tmp_path, tmp_path / place)
    assert [read(name, ours) for name in ("spring", "HEAD", "HEAD~1")] == [48, 24, 48]
    assert read(str(ours), ours) == 24


def test_what_was_written_out_is_gone_afterwards(tmp_path: Path) -> None:
    ours = committed(tmp_path, tmp_path / "rules")
    with other_rules("spring", ours) as (folder, _):
        pass
    assert not folder.exists()


def test_templates_that_are_in_no_history_are_taken_as_they_are(tmp_path: Path) -> None:
    assert read("spring", committed(tmp_path, tmp_path / "rules", templates=False)) == 48


def test_the_rules_folder_may_be_the_whole_repository(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    assert read("spring", committed(folder, folder)) == 48


def test_a_folder_goes_before_a_ref_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = committed(tmp_path, tmp_path / "rules")
    shutil.copytree(ours, tmp_path / "spring")
    monkeypatch.chdir(tmp_path)
    assert read("spring", ours) == 24


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("autumn", "--against autumn: .*no such ref", id="unknown"),
        pytest.param("--output=autumn", "no such ref", id="like an option"),
        pytest.param("HEAD:rules", "no such ref", id="something else than a commit"),
    ],
)
def test_what_is_neither_folder_nor_ref_is_told(tmp_path: Path, name: str, said: str) -> None:
    ours = committed(tmp_path, tmp_path / "rules")
    with pytest.raises(ConfigError, match=said):
        read(name, ours)


def test_rules_without_a_history_are_told(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    with pytest.raises(ConfigError, match="not a git repository"):
        read("spring", tmp_path / "rules")


def test_a_ref_from_before_there_were_rules_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "nothing")
    git(tmp_path, "tag", "winter")
    ours = committed(tmp_path, tmp_path / "rules")
    with pytest.raises(ConfigError, match="there was no folder rules then"):
        read("winter", ours)


def test_old_rules_that_this_version_cannot_read_are_named_by_their_ref(tmp_path: Path) -> None:
    ours = committed(tmp_path, tmp_path / "rules")
    clock = ours / "late-activity.yaml"
    clock.write_text(clock.read_text().replace("  clock: activity\n", "  clok: activity\n"))
    git(tmp_path, "commit", "--quiet", "-a", "-m", "odd")
    with pytest.raises(ConfigError) as told:
        read("HEAD", ours)
    assert str(told.value).startswith("HEAD:rules/late-activity.yaml:8:3: unknown key")
