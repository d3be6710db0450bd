"""Reads a request's body up to a limit, and never holds more than that in memory."""

from starlette.requests import Request

from app.errors import TriageError

# https://docs.gitlab.com/user/gitlab_com/#other-limits: what GitLab itself never exceeds
LIMIT = 25 * 1024 * 1024


class TooLarge(TriageError):
    """The body is larger than GitLab ever sends."""


async def read_body(request: Request, limit: int = LIMIT) -> bytes:
    """The whole body, `limit` bytes at most; TooLarge beyond that, by its Content-Length or by what arrives.

    A body up to twice the limit is read to its end and thrown away: a client that is cut off while it sends sees a
    broken connection, and not our answer.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > 2 * limit):
        raise TooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > 2 * limit:
            break
        if size > limit:
            chunks.clear()
        else:
            chunks.append(chunk)
    if size > limit:
        raise TooLarge
    return b"".join(chunks)
