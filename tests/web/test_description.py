"""The service does what its OpenAPI says, over ASGI; and the OpenAPI is shown to nobody."""

from datetime import UTC, datetime

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    not_a_server_error,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import capture_logs

from app.database import open_database
from app.inbox import Inbox
from app.web import create_app
from app.web.access import HEADERS

SECRET = "s3cret-pferd"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('described')}/inbox.db")
    app = create_app(
        inbox=Inbox(engine),
        secret=SECRET.encode(),
        signing_key=b"key",
        board_paths=lambda: frozenset({"boards/emea-triage"}),
        bots=frozenset,
        machine_now=lambda: datetime(2026, 11, 20, 10, 0, tzinfo=UTC),
        readiness=dict,
    )
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    yield schema
    engine.dispose()


@pytest.mark.parametrize("secret", [SECRET, "guess", ""])
@pytest.mark.parametrize(
    ("path", "method"),
    [("/hooks/gitlab", "POST"), ("/livez", "GET"), ("/readyz", "GET"), ("/metrics", "GET")],
)
def test_each_answer_is_one_that_is_described(described, path, method, secret) -> None:
    operation = described[path][method]
    seen = set()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy())
    def ask(case) -> None:
        case.headers["X-Gitlab-Token"] = secret
        answer = case.call()
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code < 500
        assert all(answer.headers[name] == [value] for name, value in HEADERS.items())
        assert "server" not in answer.headers

    with capture_logs():
        ask()
    if method == "GET":
        assert seen == {200}
    else:  # a signature may be among what is made up, and then it is what counts
        assert seen <= ({202, 400, 401} if secret == SECRET else {401})
        assert (202 in seen) == (secret == SECRET)


def test_every_route_is_described_and_nothing_else(described) -> None:
    found = described.app.openapi()["paths"]
    assert {(path, *methods) for path, methods in found.items()} == {
        ("/hooks/gitlab", "post"),
        ("/livez", "get"),
        ("/readyz", "get"),
        ("/metrics", "get"),
    }
    assert set(found["/hooks/gitlab"]["post"]["responses"]) == {"202", "400", "401", "408", "413", "503"}
