"""Pipelines as GitLab would run them: the files read, inputs filled in, jobs extended, scripts run in a shell."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import yaml

from tests.conftest import ROOT

PIPELINE = ROOT / ".gitlab-ci.yml"
COMPONENT = ROOT / "templates" / "triage" / "template.yml"
KEYWORDS = {"stages", "default", "variables", "include", "workflow", "spec"}
_INPUT = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")

Job = dict[str, Any]


def pipeline() -> dict[str, Any]:
    """Our own pipeline."""
    found: dict[str, Any] = yaml.safe_load(PIPELINE.read_text())
    return found


def declared() -> dict[str, Job]:
    """The component's inputs."""
    found: dict[str, Job] = next(yaml.safe_load_all(COMPONENT.read_text()))["spec"]["inputs"]
    return found


def component(**given: Any) -> dict[str, Any]:
    """The component's jobs, with these inputs and the defaults of all others; fails as GitLab does on a wrong one."""
    inputs = declared()
    assert given.keys() <= inputs.keys()
    values = {name: given.get(name, spec.get("default")) for name, spec in inputs.items()}
    for name, spec in inputs.items():
        kinds = {"array": list, "boolean": bool, "number": int, "string": str}
        assert isinstance(values[name], kinds[spec.get("type", "string")]), f"{name}: {values[name]!r}"
        assert re.search(spec.get("regex", ""), str(values[name])), name
    _, jobs = yaml.safe_load_all(COMPONENT.read_text())
    found: dict[str, Any] = _filled(jobs, values)
    return found


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A text that is nothing but an input becomes that input; in others it is written out, as YAML would."""
    if isinstance(value, dict):
        return {_filled(key, values): _filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if not isinstance(value, str):
        return value
    if whole := _INPUT.fullmatch(value):
        return values[whole[1]]
    return _INPUT.sub(lambda name: _written(values[name[1]]), value)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def jobs(file: dict[str, Any]) -> dict[str, Job]:
    """The jobs that run, with what they extend."""
    names = [name for name in file if name not in KEYWORDS and not name.startswith(".")]
    return {name: _extended(file, name) for name in names}


def _extended(file: dict[str, Any], name: str) -> Job:
    job = dict(file[name])
    bases = job.pop("extends", [])
    found: Job = {}
    for base in [bases] if isinstance(bases, str) else bases:
        found = _over(found, _extended(file, base))
    return _over(found, job)


def _over(base: Job, more: Job) -> Job:
    both = {
        key
        for key in base.keys() & more.keys()
        if isinstance(base[key], dict) and isinstance(more[key], dict)
    }
    return {**base, **more, **{key: _over(base[key], more[key]) for key in both}}


def run(
    job: Job, folder: Path, *, first: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The job's script in a shell as the runner's, with only these variables and the job's own.

    `first` is where commands are looked for before all other places: by default where this Python's are.
    """
    own = {
        name: Template(value).safe_substitute(variables) for name, value in job.get("variables", {}).items()
    }
    path = f"{first or Path(sys.executable).parent}:{os.environ['PATH']}"
    script = "\n".join(["set -eo pipefail", *job["script"]])
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={"HOME": str(folder), "PATH": path, **own, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
