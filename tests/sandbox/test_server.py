"""Running the sandbox."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.sandbox.server import SandboxServer, run
from tests import plain


def test_a_server_can_start_at_an_instant_and_with_latency() -> None:
    at = datetime(2026, 3, 2, 14, tzinfo=UTC)
    with SandboxServer(at=at, latency_ms=1) as server:
        now = plain.get(f"{server.url}/-/sandbox/clock").json()["now"]
        assert now.startswith("2026-03-02T14:00:")
        assert server.world.settings.latency_ms == 1
    with pytest.raises(httpx.ConnectError):
        plain.get(server.url)


def test_run_announces_one_line_and_refuses_a_taken_port_and_an_unknown_scene() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        run(port=taken.getsockname()[1])
    with pytest.raises(ValueError, match="unknown scene"):
        run(port=0, scene="crowded")


def test_an_answer_comes_in_one_piece(sandbox) -> None:
    place = sandbox.http.base_url
    with socket.create_connection((place.host, place.port), timeout=5) as connection:
        for _ in range(20):
            connection.sendall(b"GET /api/v4/user HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: sandbox-sam\r\n\r\n")
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b"}")


def test_without_a_folder_there_are_no_templates(sandbox, tmp_path: Path) -> None:
    folder, sandbox.world.templates_dir = sandbox.world.templates_dir, tmp_path / "missing"
    try:
        assert sandbox.call("sam", "GET", "/projects/1/templates/issues").json() == []
    finally:
        sandbox.world.templates_dir = folder
