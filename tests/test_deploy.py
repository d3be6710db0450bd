"""The image, the compose file and the manifests, as far as they can be checked without a cluster: by their own linters
and schemas, and by running their commands as they stand there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from app.cli import app
from app.settings import SECRETS, Settings
from tests.conftest import ROOT

MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
BIN = Path(sys.executable).parent


def documents() -> Iterator[Any]:
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text())


def pods() -> Iterator[tuple[str, Any]]:
    """The name and the pod's spec of everything that runs."""
    for document in documents():
        spec = document.get("spec", {})
        job = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in job:
            yield document["metadata"]["name"], job["template"]["spec"]


def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def linted(*words: str) -> None:
    done = subprocess.run([str(BIN / words[0]), *words[1:]], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_is_as_its_linter_wants_it() -> None:
    linted("hadolint", "Dockerfile")


def test_the_manifests_are_what_kubernetes_takes() -> None:
    linted("kubernetes-validate", "--strict", *map(str, MANIFESTS))


def test_the_compose_file_is_one() -> None:
    linted("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("worker.yaml", "replicas: 2", "replicas: two"), ("sweep.yaml", "schedule:", "shedule:")],
)
def test_the_checks_can_fail(tmp_path: Path, name: str, old: str, new: str) -> None:
    wrong = tmp_path / name
    wrong.write_text((ROOT / "deploy/kubernetes" / name).read_text().replace(old, new))
    with pytest.raises(AssertionError):
        linted("kubernetes-validate", "--strict", str(wrong))


def commands() -> list[list[str]]:
    """What the containers are told to run, all of them."""
    found = [c["args"] for _, pod in pods() for c in pod["containers"]]
    found += [s["command"] for s in compose()["services"].values() if "command" in s]
    (default,) = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return [*found, json.loads(default)]


def test_every_command_is_one_of_ours() -> None:
    group = typer.main.get_command(app)
    assert len(commands()) == 8
    for words in commands():
        command: Any = group
        left = list(map(str, words))
        while hasattr(command, "commands"):
            assert left[0] in command.commands, words
            command = command.commands[left.pop(0)]
        command.make_context(words[0], left)


def test_every_variable_is_one_of_ours() -> None:
    known = {f"TRIAGE_{name.upper()}" for name in Settings.model_fields}
    known |= {f"TRIAGE_{name.upper()}_FILE" for name in SECRETS}
    named = set(next(d for d in documents() if d["kind"] == "ConfigMap")["data"])
    for service in compose()["services"].values():
        named |= {name for name in service["environment"] if name.startswith("TRIAGE_")}
    assert named <= known
    secret = {name.removesuffix("_FILE") for name in named if name.endswith("_FILE")}
    assert not secret & named  # both at once are refused


def test_no_pod_may_do_more_than_it_has_to() -> None:
    names = []
    for name, pod in pods():
        names.append(name)
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
    assert sorted(names) == ["triage-migration", "triage-receiver", "triage-sweep", "triage-worker"]


def test_two_receivers_are_probed_and_one_always_stays() -> None:
    receiver = next(d for d in documents() if d["metadata"]["name"] == "triage-receiver")
    (container,) = receiver["spec"]["template"]["spec"]["containers"]
    assert receiver["spec"]["replicas"] == 2
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert receiver["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    (budget,) = (d for d in documents() if d["kind"] == "PodDisruptionBudget")
    assert budget["spec"]["minAvailable"] == 1


def selected() -> list[str]:
    """The files of this checkout that the build context holds, by `.dockerignore`: the last line that fits counts."""
    lines = (ROOT / ".dockerignore").read_text().split()
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in tracked.stdout.splitlines() if not _ignored(path, lines)]


def _ignored(path: str, lines: list[str]) -> bool:
    ignored = False
    for line in lines:
        pattern = line.lstrip("!").removeprefix("**/")
        parts = path.split("/")
        top = "/".join(parts[: pattern.count("/") + 1])
        found = fnmatch(top, pattern) if "**" not in line else any(fnmatch(p, pattern) for p in parts)
        if found:
            ignored = not line.startswith("!")
    return ignored


def test_the_image_holds_the_program_and_its_policy_and_nothing_else() -> None:
    found = selected()
    tops = {path.split("/")[0] for path in found}
    assert tops == {
        "app",
        "rules",
        "issue_templates",
        "templates",
        "requirements.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    }
    assert not [path for path in found if re.search(r"(^|/)tests?[_/]|\.env|\.db$|cache|secrets/", path)]
    assert "app/cli.py" in found


def copied() -> set[str]:
    """The files that `COPY` takes out of the build context, of all stages."""
    lines = re.findall(r"^COPY (?!--from)(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = [word for line in lines for word in line.split()[:-1]]
    return {path for path in selected() if any(path == s or path.startswith(f"{s}/") for s in sources)}


def test_what_is_sent_is_what_is_copied() -> None:
    assert copied() == set(selected())
    kinds = {Path(path).suffix for path in copied()}
    assert kinds <= {".py", ".yaml", ".yml", ".md", ".json", ".lock", ".toml", ".mako", ""}


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_cli.py",
        "rules/tests/orders.yaml",
        "app/core/__pycache__/rule.cpython-311.pyc",
        "app/.env",
        "rules/.env.production",
        "app/triage.db",
        "app/.mypy_cache/x.json",
        "rules/.pytest_cache/x",
        ".env",
        ".git/config",
        "secrets/gitlab_token",
        "triage.db",
        ".venv/bin/python",
        "docs/README.md",
    ],
)
def test_what_must_never_be_in_the_image_is_left_out(path: str) -> None:
    assert _ignored(path, (ROOT / ".dockerignore").read_text().split())


def test_the_image_names_no_secret() -> None:
    text = (ROOT / "Dockerfile").read_text() + (ROOT / "compose.yaml").read_text()
    text += "".join(path.read_text() for path in MANIFESTS)
    assert not re.search(r"glpat-\w|whsec_\w", text)


def test_the_service_starts_with_its_secrets_in_files(tmp_path: Path) -> None:
    """As the manifests start it, outside a container: with files for secrets, in a folder of its own."""
    for name, value in (
        ("gitlab-token", "glpat-x"),
        ("webhook-secret", "hush"),
        ("database-url", f"sqlite:///{tmp_path}/triage.db"),
    ):
        (tmp_path / name).write_text(value + "\n")
    settings = next(d for d in documents() if d["kind"] == "ConfigMap")["data"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRIAGE_")}
    environment = kept | {k: v.replace("/run/secrets/triage", str(tmp_path)) for k, v in settings.items()}
    environment |= {"TRIAGE_RULES": str(ROOT / "rules"), "PYTHONPATH": str(ROOT)}
    (migration,) = (pod for name, pod in pods() if name == "triage-migration")
    words = [sys.executable, "-m", "app", *migration["containers"][0]["args"]]
    done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "triage.db").exists()
