"""A real sandbox on a real port, driven as GitLab is: by python-gitlab for the API, by httpx for its controls."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import gitlab
import httpx
import pytest
from gitlab.v4.objects import Project

from app.sandbox.server import SandboxServer

BOARDS = "gitlab-com/customer-success/sa-triage-boards"
US_EAST, EMEA = f"{BOARDS}/us-east-enterprise-triage", f"{BOARDS}/emea-triage"


@dataclass
class Sandbox:
    """What a test does with the sandbox."""

    server: SandboxServer
    http: httpx.Client
    templates: Path

    @property
    def world(self) -> Any:
        return self.server.world

    def gitlab(self, username: str) -> gitlab.Gitlab:
        return gitlab.Gitlab(
            self.server.url, private_token=f"sandbox-{username}", retry_transient_errors=False
        )

    def project(self, username: str, path: str = US_EAST) -> Project:
        return self.gitlab(username).projects.get(path)

    def issue(self, reader: str = "sam", author: str = "alice", path: str = US_EAST, **values: Any) -> Any:
        """A new issue of `author`, as `reader` sees it."""
        created = self.project(author, path).issues.create({"title": "Acme demo", **values})
        return self.project(reader, path).issues.get(created.iid)

    def control(self, name: str, body: Any = None) -> Any:
        """POST to a control endpoint."""
        return self.http.post(f"/-/sandbox/{name}", json=body).raise_for_status().json()

    def freeze(self, at: str = "2026-03-02T14:00:00Z") -> None:
        self.control("clock", {"frozen": True, "set": at})

    def advance(self, by: str) -> None:
        self.control("clock", {"advance": by})

    def call(self, username: str | None, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """A raw API call, for what python-gitlab hides."""
        headers = {"PRIVATE-TOKEN": f"sandbox-{username}"} if username else {}
        return self.http.request(
            method, f"/api/v4{path}", headers=headers | kwargs.pop("headers", {}), **kwargs
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(templates_dir=tmp_path_factory.mktemp("issue_templates")) as running:
        yield running


@pytest.fixture(scope="session")
def http(server: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def sandbox(server: SandboxServer, http: httpx.Client) -> Sandbox:
    """The scene as it starts, and no templates."""
    server.reset()
    folder = server.world.templates_dir
    for old in folder.glob("*.md"):
        old.unlink()
    return Sandbox(server, http, folder)


@dataclass
class Receiver:
    """Takes webhooks: `status` is what it answers next."""

    url: str
    status: int = 200
    received: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def bodies(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [body for _, body in self.received if kind is None or body["object_kind"] == kind]

    def actions(self) -> list[str]:
        return [body["object_attributes"]["action"] for body in self.bodies()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            taken.raw.append(raw)
            taken.received.append((dict(self.headers.items()), json.loads(raw)))
            self.send_response(taken.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taken = Receiver(f"http://127.0.0.1:{listening.server_port}/hooks")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield taken
    listening.shutdown()
    listening.server_close()
    thread.join()


ALL_EVENTS = (
    "issues_events",
    "confidential_issues_events",
    "note_events",
    "confidential_note_events",
    "emoji_events",
)


@pytest.fixture
def hooked(sandbox: Sandbox, receiver: Receiver) -> Callable[..., Any]:
    """Registers a webhook of the receiver's; without flags one for everything."""

    def register(**values: Any) -> Any:
        wanted = dict.fromkeys(ALL_EVENTS, True) if not values.keys() & set(ALL_EVENTS) else {}
        return sandbox.project("maria").hooks.create({"url": receiver.url, **wanted, **values})

    return register
