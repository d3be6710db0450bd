"""Over real sockets: what arrives too slowly, or is no HTTP, is ended with an answer that carries our headers."""

import contextlib
import json
import socket
import threading
import time

import httpx
import pytest

from app.web.access import HEADERS
from app.web.patience import PatientProtocol
from app.web.server import listen, make_server
from tests import plain


class Quick(PatientProtocol):
    PATIENCE = 1.0
    MOST = 5


async def echo(scope, receive, send):
    """Answers with how much it was sent; `/early` before it reads."""
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    body = json.dumps(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port():
    with listen("127.0.0.1", 0) as listener:
        server = make_server(echo, lambda: None, Quick)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def line(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def until_closed(line):
    found, began = b"", time.monotonic()
    try:
        while data := line.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found, time.monotonic() - began


def still_takes(line):
    try:
        line.sendall(b"x")
    except OSError:
        return False
    return True


def careful(answer):
    head = answer.partition(b"\r\n\r\n")[0].decode().lower()
    return all(f"\r\n{name}: {value.lower()}" in head for name, value in HEADERS.items())


POST = b"POST / HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST",
        POST,
        POST + b"content-length: 10\r\n\r\nabc",
        POST + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
    ids=["nothing", "half a line", "half the headers", "half a body", "chunks without an end"],
)
def test_a_request_that_does_not_end_is_ended(line, begun):
    line.sendall(begun)
    answer, seconds = until_closed(line)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"\r\n\r\ntoo slow\n")
    assert careful(answer)
    assert seconds < 4


@pytest.mark.parametrize("begun", [POST, POST + b"content-length: 1000\r\n\r\n"], ids=["headers", "body"])
def test_a_byte_now_and_then_gains_no_time(line, begun):
    line.sendall(begun)
    began, sent = time.monotonic(), True
    while sent and time.monotonic() - began < 8:
        time.sleep(0.1)
        sent = still_takes(line)
    assert not sent
    assert time.monotonic() - began < 4


def test_what_is_sent_after_the_answer_has_the_same_time_and_gets_no_second_answer(line):
    line.sendall(b"POST /early HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nabc")
    answer, seconds = until_closed(line)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert seconds < 4


def test_a_connection_may_be_used_again_and_each_request_has_its_own_time(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for size in (0, 10, 100_000, 1):
            assert client.post("/", content=b"x" * size).json() == size
            time.sleep(0.25)


def test_a_second_request_on_a_connection_must_end_too(line):
    line.sendall(POST + b"content-length: 2\r\n\r\nab")
    assert b"200 OK" in line.recv(65536)
    time.sleep(0.3)
    line.sendall(POST + b"content-length: 9\r\n\r\nab")
    assert b"HTTP/1.1 408 " in until_closed(line)[0]  # the end of the first answer may stand before it


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nlong: " + b"x" * 70_000,
    ],
    ids=["no request", "no host", "two lengths", "no chunk", "headers without end"],
)
def test_what_is_no_http_is_refused_with_our_headers(line, sent):
    line.sendall(sent)
    answer, seconds = until_closed(line)
    if answer:  # a reset may overtake it while bytes were unread
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert careful(answer)
    assert seconds < 4


def test_beyond_so_many_connections_there_are_no_more(port):
    lines = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(8)]
    time.sleep(0.2)
    for each in lines:
        each.setblocking(False)
    refused = 0
    for each in lines:
        with contextlib.suppress(BlockingIOError):
            refused += each.recv(65536).startswith(b"HTTP/1.1 503 ")
    assert refused >= 3
    for each in lines:
        each.close()


def test_no_answer_says_what_serves_it(port):
    answer = plain.get(f"http://127.0.0.1:{port}/")
    assert "server" not in answer.headers
