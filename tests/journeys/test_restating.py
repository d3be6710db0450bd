"""A target or a calendar changes: what would differ is shown, and the past is kept or restated; over real HTTP."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.judged import of_kept
from app.core.model import IssueRef
from app.database import open_database
from app.journal import Journal
from app.rulebook import load
from app.sandbox.stage import PROJECT
from tests.conftest import ROOT
from tests.town import Town

WEST = PROJECT.replace("us-east", "us-west")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rules, to be changed."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    return tmp_path / "rules"
