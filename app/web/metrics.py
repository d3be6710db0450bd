"""`/metrics`, for Prometheus. Numbers alone: no text that people wrote, no name of an issue, no secret."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.metrics import Numbers, exposition, written

PATH = "/metrics"


def routes(numbers: Numbers, answers: Mapping[str, int]) -> APIRouter:
    """The route. `answers` counts what events were answered since the process started."""
    router = APIRouter()
    registry = exposition(numbers, answers)

    @router.get(PATH)
    def metrics(request: Request) -> Response:
        """200 always; what only the database knows is left out while it does not answer."""
        body, content_type = written(registry, request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    return router
