"""Spans for OpenTelemetry: one for each reconcile, and those of the libraries that carry requests. Off until asked for.

They are asked for by the standard variables alone (`OTEL_EXPORTER_OTLP_ENDPOINT`, or the same for traces alone, and
whatever else these say), and need `pip install 'triage-boards[otel]'`. Spans hold no text that people wrote.
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
from collections.abc import Callable, Mapping

import structlog
from opentelemetry import context, trace

from app.core.model import IssueRef
from app.errors import TriageError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
NAMES = ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES")
SERVICE = "triage-boards"
HINT = "pip install 'triage-boards[otel]'"

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
_tracer = trace.get_tracer("triage")


def asked_for(environment: Mapping[str, str]) -> bool:
    """Whether the environment says where spans go, and does not say that none are wanted."""
    wanted = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().casefold()
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().casefold() == "true"
    return not disabled and wanted != "none" and any(environment.get(name) for name in ENDPOINTS)


def set_up_tracing() -> Callable[[], None]:
    """Sends spans where the environment says, from now on; gives what sends the last of them. A service without traces
    is better than none: what is wrong with them is logged, and that is all."""
    if not asked_for(os.environ):
        return _nothing
    protocol = next((p for name in PROTOCOLS if (p := os.environ.get(name))), "http/protobuf")
    if protocol != "http/protobuf":
        log.warning("no traces are sent", error=f"{protocol} is not served; say http/protobuf")
        return _nothing
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.requests import RequestsInstrumentor
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        log.warning("no traces are sent", error=f"{error}; {HINT}")
        return _nothing
    named = any(name in os.environ for name in NAMES)
    provider = TracerProvider(resource=Resource.create({} if named else {SERVICE_NAME: SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    RequestsInstrumentor().instrument()
    log.info("traces are sent")
    return provider.shutdown


class Reconciling:
    """The span of one reconcile, from when this is made until it is ended; calls to GitLab are within it."""

    def __init__(self, ref: IssueRef, trigger: str, ruleset: str, tracer: trace.Tracer = _tracer) -> None:
        facts = {"triage.issue": str(ref), "triage.trigger": trigger, "triage.ruleset": ruleset}
        self._span = tracer.start_span("reconcile", attributes=facts)
        self._token = context.attach(trace.set_span_in_context(self._span))

    def end(self, board: str, outcome: str, failure: TriageError | None) -> None:
        """How it went: of an error its kind alone, since its words may be people's."""
        context.detach(self._token)
        if self._span.is_recording():
            self._span.set_attributes({"triage.board": board, "triage.outcome": outcome})
            if failure is not None:
                self._span.set_attribute("error.type", type(failure).__name__)
                self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


def _nothing() -> None:
    """What there is to send when no spans are made."""
