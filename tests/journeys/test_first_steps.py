"""docs/first-steps.md, walked by a newcomer: its own commands, in a shell, with real processes on both sides."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import plain
from tests.conftest import ROOT
from tests.places import dump, person

PAGE = ROOT / "docs" / "first-steps.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
PROJECTS = ("acme/triage-east", "acme/triage-west", "acme/triage-rules")
EAST = PROJECTS[0]
PUSH = "git push https://gitlab.example.com/acme/triage-rules.git main"


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], Any], within: float = 60.0) -> Any:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come to be so")


class Newcomer:
    """A shell of theirs, in which variables and the folder stay from one block to the next."""

    def __init__(self, gitlab: str, home: Path) -> None:
        self.gitlab, self.home, self.port = gitlab, home, port()
        self.maria, self.alice = person(gitlab, "maria"), person(gitlab, "alice")
        self.processes: list[subprocess.Popen[bytes]] = []
        self.commands = 0

    def meant(self, block: str) -> str:
        """The block with this machine's addresses and tokens in place of the page's."""
        block = re.sub(r"(?m)^(export TRIAGE_PUBLIC_URL=)\S+", rf"\1http://127.0.0.1:{self.port}", block)
        block = block.replace("https://gitlab.example.com", self.gitlab)
        block = block.replace("glpat-of-the-bot", "sandbox-triage-bot")
        block = block.replace("glpat-of-a-maintainer", "sandbox-maria")
        return block.replace("0.0.0.0 --port 8080", f"127.0.0.1 --port {self.port}")

    def script(self, block: str) -> str:
        state = self.home / "state"
        before = f". {state}\n" if state.exists() else ""
        return (
            f"set -eo pipefail\n{before}{self.meant(block)}\n{{ export -p; echo \"cd '$PWD'\"; }} > {state}"
        )

    def environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        return {"HOME": str(self.home), "PATH": path, "NO_PROXY": "127.0.0.1", "TRIAGE_CLOCK": "sandbox"}

    def run(self, block: str) -> str:
        """What the block prints; it must end well."""
        self.commands += len([x for x in block.replace("\\\n", "").splitlines() if x.strip()])
        done = subprocess.run(
            ["bash", "-c", self.script(block)],
            cwd=self.home,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, block: str) -> None:
        """A block that does not end by itself."""
        words = ["bash", "-c", self.script(block.replace("triage serve", "exec triage serve"))]
        self.processes.append(
            subprocess.Popen(words, cwd=self.home, env=self.environment(), stderr=subprocess.DEVNULL)
        )

    def project(self, path: str) -> Any:
        return self.maria.projects.get(path)

    def dump(self) -> dict[str, Any]:
        return {path: dump(self.project(path)) for path in PROJECTS}

    def push(self) -> None:
        """What `git push` does; the sandbox takes no Git, and so it goes over the API."""
        folder = self.home / "our-boards"
        listed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True)
        files = [folder / name.strip('"') for name in listed.stdout.splitlines()]
        actions = [
            {"action": "create", "file_path": str(p.relative_to(folder)), "content": p.read_text()}
            for p in files
        ]
        body = {"branch": "main", "commit_message": "Rules of our boards", "actions": actions}
        self.project(PROJECTS[2]).commits.create(body)

    def close(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        for one in (self.maria, self.alice):
            one.session.close()


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    number = port()
    words = [sys.executable, "-m", "app", "sandbox", "--port", str(number), "--scene", "new"]
    sandbox = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{number}"

    def answers() -> bool:
        try:
            return plain.get(f"{url}/-/sandbox/clock").is_success
        except httpx.HTTPError:
            return False

    try:
        eventually(answers)
        found = Newcomer(url, tmp_path)
        yield found
        found.close()
    finally:
        sandbox.send_signal(signal.SIGTERM)
        sandbox.wait(20)


def test_the_first_steps_lead_to_an_answer_and_back(newcomer: Newcomer) -> None:
    tokens, rules, setting_up, looking, serving, pushing, pipeline, again = BLOCKS
    before = newcomer.dump()
    newcomer.run(tokens)
    assert "The rules are right." in newcomer.run(rules)
    assert " steps done" in newcomer.run(setting_up)
    assert "0 wrong" in newcomer.run(looking)
    newcomer.start(serving)
    service = f"http://127.0.0.1:{newcomer.port}"
    eventually(lambda: _ready(service))

    template = _committed(newcomer, "SA Activity")
    project = newcomer.alice.projects.get(EAST)
    issue = project.issues.create({"title": "Acme demo", "description": template})
    note = eventually(
        lambda: [n.body for n in issue.notes.list(get_all=True) if "Customer Information" in n.body]
    )
    assert len(note) == 1
    assert "triage-bot" in {n.author["username"] for n in issue.notes.list(get_all=True)}

    first, last = pushing.strip().splitlines()
    assert last == PUSH
    newcomer.run(first.replace("git commit", "git -c user.name=Maria -c user.email=maria@example.com commit"))
    newcomer.push()
    assert "steps done." in newcomer.run(pipeline)
    made = newcomer.dump()
    assert [each["ref"] for each in made[PROJECTS[2]]["schedules"]] == ["refs/heads/main"]

    assert newcomer.run(again).startswith("i Group hooks")  # exit code 0: nothing is pending
    assert "No change." in newcomer.run(again)
    assert newcomer.dump() == made
    remove = again.strip().splitlines()[1].replace("--dry-run", "--yes")
    newcomer.run(remove)
    after = newcomer.dump()
    after[PROJECTS[2]]["files"] = {}  # these the newcomer pushed, and setup leaves them
    assert after == before
    assert newcomer.commands <= 20


def _ready(service: str) -> bool:
    try:
        return plain.get(f"{service}/readyz").is_success
    except httpx.HTTPError:
        return False


def _committed(newcomer: Newcomer, name: str) -> str:
    """The template as it stands in the repository, which a Developer may read."""
    path = f".gitlab/issue_templates/{name}.md"
    text = newcomer.project(EAST).files.get(path, ref="main").decode().decode()
    assert newcomer.alice.projects.get(EAST).issue_templates.get(name).content == text
    return str(text)
