"""Secrets, and what confidential issues say, come out nowhere: every byte that the program writes is searched."""

import base64
import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from app.cli import app as command
from app.core.model import IssueRef
from app.database import open_database
from app.errors import ConfigError, Fault
from app.journal import Journal
from app.reconcile import reconcile
from app.sandbox.demo import free_port
from app.sandbox.stage import PROJECT
from tests import plain
from tests.conftest import ROOT
from tests.town import Town

KEY = b"canary-key-of-the-hook-32-bytes!"
SECRETS = {
    "TRIAGE_GITLAB_TOKEN": "glpat-canary-token",
    "TRIAGE_WEBHOOK_SECRET": "canary-webhook-secret",
    "TRIAGE_WEBHOOK_SIGNING_TOKEN": "whsec_" + base64.b64encode(KEY).decode(),
}
PASSWORD = "canary-password"
HIDDEN = [b"canary", base64.b64encode(KEY).rstrip(b"="), base64.b64encode(b"canary")[:6]]


def run(*words: str, **environment: str) -> bytes:
    """All that the command writes."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        env=clean(environment),
        cwd=ROOT,
        capture_output=True,
        timeout=60,
    )
    return done.stdout + done.stderr


def call(*words: str, **environment: str) -> bytes:
    """The same within this process, which is faster: its output, and the error that `main` would print."""
    done = CliRunner().invoke(command, words, env=environment)
    return done.output.encode() + str(done.exception or "").encode()


def clean(environment: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRIAGE_")}
    return {**kept, "NO_PROXY": "127.0.0.1", **environment}


def found_in(written: bytes, words: list[bytes] = HIDDEN) -> list[bytes]:
    return [word for word in words if word in written]


class Echo(BaseHTTPRequestHandler):
    """A proxy with its debugging left on: it refuses, and shows what it was sent."""

    def do_GET(self) -> None:
        sent = json.dumps({"message": f"{self.path} {dict(self.headers)}"}).encode()
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[Callable[[int], str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def answering(status: int) -> str:
        server.status = status  # type: ignore[attr-defined]
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield answering
    server.shutdown()
    server.server_close()


# What is wrong with the settings alone is in tests/test_settings.py.
WRONG: dict[str, dict[str, str]] = {
    "a token in the address": {"TRIAGE_GITLAB_URL": "http://oauth2:canary@127.0.0.1:1"},
    "a signing token that is none": {"TRIAGE_WEBHOOK_SIGNING_TOKEN": "whsec_canary!"},
    "GitLab down": {"TRIAGE_GITLAB_URL": "http://127.0.0.1:1"},
    "a database of another kind": {"TRIAGE_DATABASE_URL": f"mysql://triage:{PASSWORD}@127.0.0.1:1/triage"},
    "a database that is down": {"TRIAGE_DATABASE_URL": f"postgresql://triage:{PASSWORD}@127.0.0.1:1/triage"},
    "a database's address with a typing error": {"TRIAGE_DATABASE_URL": f"postgresql//triage:{PASSWORD}@db"},
    "a database's port that is none": {"TRIAGE_DATABASE_URL": f"postgresql://triage:{PASSWORD}@db:x/y"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_command_that_fails_shows_no_secret(name: str, tmp_path: Path) -> None:
    environment = {
        "TRIAGE_GITLAB_URL": "http://127.0.0.1:1",
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/triage.db",
        **SECRETS,
        **WRONG[name],
    }
    if "signing" in name:
        written = run("serve", "--port", "0", **environment)
    elif "GitLab" in name:
        written = call("explain", "1#1", **environment)
    else:
        written = call("sweep", **environment)
    assert written
    assert found_in(written) == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_gitlab_that_shows_what_it_was_sent_shows_no_token(echo: Callable[[int], str], status: int) -> None:
    written = call("explain", "1#1", TRIAGE_GITLAB_URL=echo(status), **SECRETS)
    assert b"[secret]" in written
    assert found_in(written) == []


@contextlib.contextmanager
def served(folder: Path, url: str, **environment: str) -> Iterator[str]:
    """The service, with everything that it writes going to `folder`."""
    port = free_port()
    given = {
        **SECRETS,
        "TRIAGE_GITLAB_URL": url,
        "TRIAGE_DATABASE_URL": f"sqlite:///{folder}/triage.db",
        "TRIAGE_RULES": str(ROOT / "rules"),
        **environment,
    }
    with (folder / "log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port)],
            env=clean(given), cwd=folder, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_for(lambda: answers(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def answers(port: int) -> bool:
    try:
        return plain.get(f"http://127.0.0.1:{port}/livez").status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(so: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to be so in time"
        time.sleep(0.05)


def everything(folder: Path) -> bytes:
    """Every byte of every file: the log, the database and what SQLite keeps beside it."""
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_service_in_trouble_shows_no_secret(echo: Callable[[int], str], tmp_path: Path) -> None:
    """Wrong tokens, no JSON, a database that is broken under it, and a GitLab that refuses."""
    event = {
        "object_kind": "issue",
        "project": {"id": 1, "path_with_namespace": PROJECT},
        "object_attributes": {"iid": 1, "action": "update"},
    }
    right = {"X-Gitlab-Token": SECRETS["TRIAGE_WEBHOOK_SECRET"]}
    seen: list[bytes] = []
    with served(tmp_path, "http://127.0.0.1:1") as url:

        def ask(method: str, path: str, **options: Any) -> httpx.Response:
            answer = plain.request(method, f"{url}{path}", **options)
            seen.append(str(answer.headers).encode() + answer.content)
            return answer

        assert ask("POST", "/hooks/gitlab", json=event, headers=right).status_code == 202
        assert (
            ask("POST", "/hooks/gitlab", json=event, headers={"X-Gitlab-Token": "guess"}).status_code == 401
        )
        assert ask("POST", "/hooks/gitlab", content=b"{", headers=right).status_code == 400
        assert ask("GET", f"/{SECRETS['TRIAGE_WEBHOOK_SECRET'][:1]}").status_code == 404
        wait_for(lambda: b"did not answer" in (tmp_path / "log").read_bytes())
        ask("GET", "/readyz")
        with contextlib.closing(sqlite3.connect(tmp_path / "triage.db")) as broken:
            broken.execute("ALTER TABLE inbox RENAME TO elsewhere")
            broken.commit()
        assert ask("POST", "/hooks/gitlab", json=event, headers=right).status_code == 503
        assert ask("GET", "/readyz").status_code == 503
    assert found_in(b"\0".join(seen) + everything(tmp_path)) == []


def test_no_option_takes_a_secret() -> None:
    """What stands on a command line is read by everybody on the machine."""
    group: Any = typer.main.get_command(command)
    names: list[str] = []

    def walk(one: Any) -> None:
        taking = [parameter for parameter in one.params if not getattr(parameter, "is_flag", False)]
        names.extend(option for parameter in taking for option in parameter.opts)
        for inner in getattr(one, "commands", {}).values():
            walk(inner)

    walk(group)
    assert "--format" in names
    found = {name for name in names if any(w in name for w in ("token", "secret", "password", "key", "url"))}
    assert found == {
        "--url"
    }  # of `triage setup`: where the service is, which refuses an address with a password


def test_the_address_of_the_service_takes_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRIAGE_GITLAB_URL", "TRIAGE_GITLAB_TOKEN"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for address in ("https://u:hidden@triage.example.com", "https://triage.example.com?token=hidden"):
        done = CliRunner().invoke(command, ["setup", "--dry-run", "--url", address])
        assert isinstance(done.exception, ConfigError)
        assert "hidden" not in str(done.exception)


def confidential(town: Town) -> Any:
    """An overdue, incomplete request whose every word is a canary."""
    maria = town.project("maria")
    with contextlib.suppress(Exception):
        maria.labels.create({"name": "canary-label", "color": "#ff0000"})
    said = f"{town.stage().template()}\n\ncanary-description\n\nTue 3 March 10:00 ET, $10k canary"
    issue = town.project("alice").issues.create(
        {"title": "canary-title", "description": said, "confidential": True}
    )
    theirs = town.project("sam").issues.get(issue.iid)
    theirs.labels = ["canary-label", "SA Doing"]
    theirs.save()
    theirs.notes.create({"body": "@triage-bot allow incomplete-request because canary-note"})
    theirs.notes.create({"body": "@triage-bot move to canary-board"})
    return issue


def test_a_confidential_request_is_a_reference_everywhere(town: Town, tmp_path: Path) -> None:
    issue = confidential(town)
    town.set_clock(frozen=True, advance="PT100H")
    environment = {
        "TRIAGE_GITLAB_URL": town.url,
        "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/triage.db",
        "TRIAGE_CLOCK": "sandbox",
    }
    reference = f"{PROJECT}#{issue.iid}"
    written = b""
    for words in (
        ["sweep", "--dry-run"],
        ["sweep", "--dry-run", "--format", "json"],
        ["explain", reference],
        ["sweep", "--plan", f"{tmp_path}/plan.json"],
        ["apply", f"{tmp_path}/plan.json", "--dry-run"],
        ["sweep", "--format", "json"],
        ["apply", f"{tmp_path}/plan.json", "--format", "json"],
    ):
        shown = run(*words, **environment)
        assert reference.encode() in shown
        written += shown
    assert any("canary" in body for body in town.bot_notes(issue)), "nothing was at stake"
    written += everything(tmp_path)
    assert found_in(written, [b"canary"]) == []


def test_a_service_tells_nothing_of_a_confidential_request(town: Town, tmp_path: Path) -> None:
    issue = confidential(town)
    event = {
        "object_kind": "issue",
        "event_type": "confidential_issue",
        "user": {"id": 3, "username": "sam"},
        "project": {"id": issue.project_id, "path_with_namespace": PROJECT, "name": "canary-project"},
        "object_attributes": {"iid": issue.iid, "action": "update", "title": "canary-title"},
    }
    secrets = {"TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot", "TRIAGE_WEBHOOK_SECRET": "plain-secret"}
    town.fault(kind="401", path=f"/issues/{issue.iid}/notes$", method="POST", times=1)
    with served(tmp_path, town.url, TRIAGE_CLOCK="sandbox", **secrets) as url:
        answer = plain.post(f"{url}/hooks/gitlab", json=event, headers={"X-Gitlab-Token": "plain-secret"})
        assert answer.status_code == 202
        wait_for(lambda: f'"{issue.project_id}#{issue.iid}"'.encode() in (tmp_path / "log").read_bytes())
        ready = plain.get(f"{url}/readyz").content
    assert found_in(ready + answer.content + everything(tmp_path), [b"canary"]) == []


SAID = "canary"  # by name: tracebacks show lines of code


def raising(message: str) -> Callable[[], Any]:
    def now() -> Any:
        raise LookupError(message)

    return now


@pytest.mark.parametrize("hidden", [True, False])
def test_a_fault_of_ours_at_a_confidential_request_is_its_kind_and_place(
    town: Town, tmp_path: Path, hidden: bool
) -> None:
    issue = town.project("alice").issues.create({"title": "x", "confidential": hidden})
    ref = IssueRef(issue.project_id, issue.iid)
    journal = Journal(open_database(f"sqlite:///{tmp_path}/triage.db"))
    with pytest.raises(Fault) as raised:
        reconcile(ref, gitlab=town.bot, ruleset=town.ruleset, now=raising(SAID), journal=journal)
    shown = "".join(traceback.format_exception(raised.value))
    assert (SAID in shown) is not hidden
    assert "LookupError" in str(raised.value)
    assert re.search(r"at app\.reconcile:\d+, in tests\.journeys\.test_secrets:\d+", str(raised.value))
    assert journal.recent(ref)[0].error == str(raised.value)


USER = {"id": 1, "username": "triage-bot", "name": "Bot"}


class Odd(BaseHTTPRequestHandler):
    """A GitLab of another version: an issue of it is not what we take it for, and nobody knows what it is."""

    def do_GET(self) -> None:
        body: Any = USER if self.path.endswith("/user") else []
        if self.path.endswith("/issues/1"):
            body = {"id": 1, "iid": 1, "project_id": 1, "title": "x", "created_at": "canary-created"}
            body |= {"author": USER, "updated_at": "canary-updated", "references": {"full": f"{PROJECT}#1"}}
        sent = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def odd() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_fault_before_a_request_is_known_is_its_kind_and_place_too(odd: str, tmp_path: Path) -> None:
    event = {
        "object_kind": "issue",
        "project": {"id": 1, "path_with_namespace": PROJECT},
        "object_attributes": {"iid": 1, "action": "update"},
    }
    token = {"X-Gitlab-Token": SECRETS["TRIAGE_WEBHOOK_SECRET"]}
    with served(tmp_path, odd) as url:
        assert plain.post(f"{url}/hooks/gitlab", json=event, headers=token).is_success
        wait_for(lambda: b'"outcome": "failed"' in (tmp_path / "log").read_bytes())
    assert b"ValueError at app.gitlab." in everything(tmp_path)
    assert found_in(everything(tmp_path)) == []
