"""Traces of the real service, taken by a small receiver of OTLP; and nothing of them where they are not asked for."""

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.core.model import IssueRef
from app.errors import Refused
from app.sandbox.demo import free_port, register, service
from app.sandbox.server import SandboxServer
from app.sandbox.stage import Stage
from app.sandbox.story import START, STEPS
from app.tracing import Reconciling, asked_for


class Collector:
    """Takes spans over HTTP; `spans` has them as they came, each with its attributes as a mapping."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))

    def take(self, sent: ExportTraceServiceRequest) -> None:
        for resource in sent.resource_spans:
            self.services |= {
                value for key, value in _values(resource.resource).items() if key == "service.name"
            }
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                ids = {"id": span.span_id, "parent": span.parent_span_id, "trace": span.trace_id}
                self.spans.append({"name": span.name, **ids, **_values(span)})

    def named(self, name: str) -> list[dict[str, Any]]:
        return [span for span in self.spans if span["name"] == name]


def _values(carrier: Any) -> dict[str, Any]:
    kinds = {each.key: each.value.WhichOneof("value") for each in carrier.attributes}
    return {each.key: getattr(each.value, kinds[each.key]) for each in carrier.attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    collector.thread.start()
    yield collector
    collector.server.shutdown()
    collector.thread.join()
    collector.server.server_close()


def play(tmp_path: Path, steps: int = 1) -> str:
    """The story's first steps with the service; its log."""
    log = tmp_path / "log"
    with SandboxServer(port=0, at=START) as sandbox:
        port = free_port()
        with service(sandbox.url, port, tmp_path / "triage.db", log):
            register(sandbox.url, port)
            stage = Stage(sandbox.url)
            for step in STEPS[:steps]:
                stage.set_clock(step.at)
                step.does(stage)
                end = time.monotonic() + 15
                while step.expect.differences(stage.view(step.expect.name)):
                    assert time.monotonic() < end
                    time.sleep(0.05)
    return log.read_text()


def test_a_span_per_reconcile_with_its_calls_and_one_per_delivery(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    assert "traces are sent" in play(tmp_path)
    looks = collector.named("reconcile")
    assert looks
    assert {look["triage.board"] for look in looks} == {"us-east"}
    assert {(look["triage.outcome"], look["triage.trigger"]) for look in looks} == {("done", "worker")}
    within = [span for span in collector.spans if span["parent"] == looks[0]["id"]]
    assert {span["trace"] for span in within} == {looks[0]["trace"]}
    assert {
        span["http.method"] if "http.method" in span else span["http.request.method"] for span in within
    } == {
        "GET",
        "POST",
    }
    deliveries = [span for span in collector.spans if span.get("url.path") == "/hooks/gitlab"]
    assert {span["http.response.status_code"] for span in deliveries} == {202}
    assert {(span["name"], span["http.route"]) for span in deliveries} == {
        ("POST /hooks/gitlab", "/hooks/gitlab")
    }
    assert not [span for span in collector.spans if span.get("url.path") in ("/livez", "/metrics")]
    assert collector.services == {"triage-boards"}
    shown = str(collector.spans)
    assert "Acme" not in shown
    assert "sandbox-triage-bot" not in shown
    assert "demo-secret" not in shown


def test_the_standard_variables_name_the_service_or_turn_it_off(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.url}/v1/traces")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "boards")
    play(tmp_path)
    assert collector.services == {"boards"}
    assert collector.named("reconcile")


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_are_sent_only_where_the_environment_asks_for_them(environment, wanted) -> None:
    assert asked_for(environment) is wanted


def test_nothing_of_them_is_loaded_where_nobody_asks() -> None:
    said = (
        "import sys; from app.tracing import set_up_tracing; import app.service; set_up_tracing()();"
        "print([n for n in sys.modules if n.startswith(('opentelemetry.sdk', 'opentelemetry.instrumentation'))])"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_reconcile_that_fails_says_how_and_not_what_was_said() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    span = Reconciling(IssueRef(3, 4), "worker", "v1", provider.get_tracer("test"))
    assert trace.get_current_span().is_recording()
    span.end("", "refused", Refused("GitLab answered 403: what Acme wrote", 403))
    assert not trace.get_current_span().is_recording()
    (told,) = kept.get_finished_spans()
    assert told.attributes is not None
    assert dict(told.attributes) == {
        "triage.issue": "3#4",
        "triage.trigger": "worker",
        "triage.ruleset": "v1",
        "triage.board": "",
        "triage.outcome": "refused",
        "error.type": "Refused",
    }
    assert (told.status.status_code, told.status.description) == (trace.StatusCode.ERROR, None)
    assert told.events == ()
