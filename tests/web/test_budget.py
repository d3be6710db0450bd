"""Bodies that are large wait for nobody: they are refused while others take up the room, and small ones never are."""

import asyncio

import httpx
from structlog.testing import capture_logs

from app.web.access import Access
from app.web.budget import BodyBudget


async def swallow(scope, receive, send):
    """Reads the body whole, and answers once it is told to."""
    more = True
    while more:
        more = (await receive())["more_body"]
    await send({"type": "http.response.start", "status": 202, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_small_bodies_are_taken_while_large_ones_fill_the_room():
    app = Access(BodyBudget(swallow, most=100, small=10))
    hold, filled = asyncio.Event(), asyncio.Event()

    async def large():
        yield b"x" * 95
        filled.set()
        await hold.wait()
        yield b"x" * 5

    async def play():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            first = asyncio.create_task(client.post("/", content=large()))
            await filled.wait()
            small = [(await client.post("/", content=b"y" * 10)).status_code for _ in range(3)]
            second = await client.post("/", content=b"z" * 50)
            hold.set()
            answers = ((await first).status_code, small, second.status_code, second.text)
            return answers, (await client.post("/", content=b"z" * 100)).status_code

    with capture_logs() as lines:
        answers, afterwards = asyncio.run(play())
    assert answers == (202, [202, 202, 202], 503, "busy\n")
    assert afterwards == 202
    assert [line.get("error") for line in lines].count("too much is being received at once") == 1
