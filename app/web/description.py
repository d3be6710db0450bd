"""What the service says of its own interface: for tests and for whoever writes a client, never for strangers."""

from typing import Any

from fastapi import FastAPI

STATUS = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
PLAIN = {"text/plain": {"schema": {"type": "string"}}}


def _json(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": STATUS}}}


HOOK_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: _json("The event is stored (`accepted`), or about nothing of ours (`ignored`)."),
    400: _json("The body is no JSON object."),
    401: _json("Neither the secret token nor the signature is right."),
    408: {"description": "The request did not arrive whole within ten seconds.", "content": PLAIN},
    413: _json("The body is larger than 25 MB."),
    503: {**_json("The event could not be stored; or too much is received at once, in plain text.")},
}
HOOK_ANSWERS[503]["content"] = {**HOOK_ANSWERS[503]["content"], **PLAIN}
LIVE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The process answers.", "content": PLAIN},
}
READY_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _json("Events can be stored; what is wrong elsewhere stands in the body."),
    503: _json("Events cannot be stored."),
}
METRICS_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The numbers of the service, as Prometheus reads them.",
        "content": {**PLAIN, "application/openmetrics-text": {"schema": {"type": "string"}}},
    },
}
ANSWERS = {
    ("/hooks/gitlab", "post"): HOOK_ANSWERS,
    ("/livez", "get"): LIVE_ANSWERS,
    ("/readyz", "get"): READY_ANSWERS,
    ("/metrics", "get"): METRICS_ANSWERS,
}
SENT = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
        "description": "An event: https://docs.gitlab.com/user/project/integrations/webhook_events/",
    },
    "parameters": [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in ("X-Gitlab-Event", "webhook-id", "webhook-timestamp", "webhook-signature")
    ],
    "security": [{"secret token": []}, {}],
}
SECURITY = {"secret token": {"type": "apiKey", "in": "header", "name": "X-Gitlab-Token"}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI of the application, with every answer that its routes give, and what they are sent."""
    found = dict(FastAPI.openapi(app))
    found.setdefault("components", {})["securitySchemes"] = SECURITY
    for (path, method), answers in ANSWERS.items():
        operation = found["paths"].setdefault(path, {}).setdefault(method, {})
        operation["responses"] = {str(status): answer for status, answer in answers.items()}
    found["paths"]["/hooks/gitlab"]["post"] |= SENT
    return found
