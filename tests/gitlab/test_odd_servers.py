"""What GitLab's sandbox does not do: servers that stall in the middle of an answer, and ones in maintenance."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.errors import Refused, Unavailable
from app.gitlab.calls import Calls
from app.gitlab.line import Line

FORBIDDEN = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}"


@contextmanager
def server(answer: bytes, *, cut: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Answers every connection with these bytes, then stalls or cuts the connection; tells what it was asked."""
    asked: list[bytes] = []
    held: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            asked.append(connection.recv(65536))
            connection.sendall(answer)
            held.append(connection)
            if cut:
                connection.shutdown(socket.SHUT_RDWR)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in held:
            connection.close()


HALF = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"


def test_an_answer_that_stalls_is_a_time_out_of_this_request_and_is_not_asked_for_again() -> None:
    with server(HALF) as (url, asked):
        calls = Calls(url, "x", Line(), timeout=0.3)
        with pytest.raises(Unavailable) as caught:
            calls.put("/projects/1/issues/1", {"add_labels": "x"})
    assert (len(asked), caught.value.everywhere) == (1, False)


def test_an_answer_that_is_cut_is_a_broken_connection() -> None:
    with server(HALF, cut=True) as (url, asked):
        calls = Calls(url, "x", Line(), timeout=5)
        with pytest.raises(Unavailable) as caught:
            calls.get("/projects/1/issues/1")
    assert (len(asked), caught.value.everywhere) == (3, True)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("You cannot perform write operations on a read-only instance", Unavailable),
        ("403 Forbidden", Refused),
    ],
)
def test_maintenance_delays_and_refuses_nothing(said: str, kind: type[Exception]) -> None:
    body = f'{{"message": "{said}"}}'
    with server(FORBIDDEN.format(len(body), body).encode()) as (url, _asked):
        calls = Calls(url, "x", Line(), timeout=5)
        with pytest.raises(kind) as caught:
            calls.put("/projects/1/issues/1", {"add_labels": "x"})
    assert getattr(caught.value, "everywhere", False) is (kind is Unavailable)


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("writes", [False, True])
def test_the_token_and_what_is_written_go_to_no_other_server(status: str, writes: bool) -> None:
    with server(HALF, cut=True) as (elsewhere, asked_there):
        moved = f"HTTP/1.1 {status}\r\nLocation: {elsewhere}/x\r\nContent-Length: 0\r\n\r\n"
        with server(moved.encode()) as (url, asked):
            calls = Calls(url, "secret", Line(), timeout=5)
            with pytest.raises(Unavailable, match=f"redirects to {elsewhere.removeprefix('http://')}"):
                _ = calls.post("/projects/1/hooks", {"token": "s"}) if writes else calls.get("/user")
            assert b"secret" in asked[0]
    assert asked_there == []


def test_a_redirect_to_the_same_server_is_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /api/v4/projects/2\r\nContent-Length: 0\r\n\r\n"
    with server(moved, cut=True) as (url, asked):
        calls = Calls(url, "secret", Line(), timeout=5)
        with pytest.raises(Unavailable, match="TooManyRedirects"):
            calls.get("/projects/acme%2Fold")
    assert b"/projects/2" in asked[-1]
