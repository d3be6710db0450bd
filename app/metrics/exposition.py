"""The numbers as Prometheus reads them. Reads nothing by itself."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.metrics.entries import BUCKETS, STATES, Counts, Standing
from app.metrics.numbers import Numbers, Reading
from app.metrics.rules_state import RulesState

OUTCOMES = ("done", "unavailable", "refused", "failed", "lost")
ANSWERS = (
    "accepted",
    "accepted again",
    "ignored",
    "not authentic",
    "not a JSON object",
    "too large",
    "the event could not be stored",
)
Values = Iterable[tuple[tuple[str, ...], float]]

QUOTA = (
    ("triage_gitlab_quota_left", "allowed_left", "Calls that GitLab said last it would still take."),
    ("triage_gitlab_quota_limit", "allowed", "Of how many that is."),
)


class Exposition(Collector):
    """All numbers, as of each time that they are asked for."""

    def __init__(self, numbers: Numbers, answers: Mapping[str, int]) -> None:
        self._numbers, self._answers = numbers, answers

    def collect(self) -> Iterator[Metric]:
        """Those of this process, which are always there; then those of the database, as long as that answers."""
        reading = self._numbers.read()
        answers = dict.fromkeys(ANSWERS, 0) | dict(self._answers)
        yield _counter(
            "triage_deliveries", "Deliveries that this receiver answered so.", ("answer",), _one(answers)
        )
        if (ok := self._numbers.gitlab_ok()) is not None:
            yield _gauge(
                "triage_gitlab_reachable", "Whether GitLab answers this receiver and takes its token.", ok
            )
        yield _gauge("triage_database_up", "Whether the database answers this receiver.", reading is not None)
        rules = self._numbers.rules()
        yield from _rules(rules, reading)
        if reading is not None:
            yield from _inbox(reading)
            yield from _gitlab(reading)
            yield from _journal(reading.counts)
            yield from _clocks(reading.counts, rules)
            ages = [
                ((board,), float("inf") if age is None else age.total_seconds())
                for board, age in reading.sweep_ages.items()
            ]
            help_ = "How long ago the last sweep began that got through the board; infinite where none did."
            yield _gauges("triage_sweep_age_seconds", help_, ("board",), ages)


def exposition(numbers: Numbers, answers: Mapping[str, int]) -> CollectorRegistry:
    """What `/metrics` gives: these numbers, and what the process costs."""
    registry = CollectorRegistry()
    registry.register(Exposition(numbers, answers))
    ProcessCollector(registry=registry)
    return registry


def written(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """All of it in the format that `accept` asks for, with that format's media type."""
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type


def _rules(mine: RulesState, reading: Reading | None) -> Iterator[Metric]:
    found = {("receiver", mine.version)}
    faulty = {"receiver": mine.faulty, "worker": False}
    for worker in reading.workers.values() if reading else ():
        found.add(("worker", worker["version"]))
        faulty["worker"] = faulty["worker"] or worker["faulty"]
    info = InfoMetricFamily("triage_ruleset", "Which rules are followed, by whom.", labels=("role",))
    for role, version in sorted(found):
        info.add_metric((role,), {"version": version})
    yield info
    help_ = "Whether the rules that are there now are faulty, so that the last good ones hold."
    yield _gauges("triage_ruleset_faulty", help_, ("role",), _one(faulty))


def _inbox(reading: Reading) -> Iterator[Metric]:
    stats = reading.stats
    yield _gauge("triage_inbox_depth", "Entries in the inbox, timers included.", stats.depth)
    yield _gauge("triage_inbox_due", "Entries that a worker could take now.", stats.due)
    yield _gauge("triage_inbox_leased", "Entries that are being worked on.", stats.leased)
    yield _gauge("triage_inbox_failing", "Entries whose last look did not end well.", stats.failing)
    yield _gauge("triage_inbox_refused", "Entries that rest because GitLab said no.", stats.refused)
    yield _gauge("triage_inbox_parked", "Entries that are parked after too many failures.", stats.parked)
    help_ = "For how long the entry that has waited longest could have been taken."
    yield _gauge("triage_inbox_oldest_due_age_seconds", help_, reading.oldest_due.total_seconds())
    yield _gauge("triage_workers", "Workers that were heard of within the last minute.", len(reading.workers))
    help_ = "Whether no issue is taken because GitLab does not accept the token (401)."
    yield _gauge("triage_token_refused", help_, reading.pause is not None)


def _gitlab(reading: Reading) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "triage_gitlab_calls",
        "Calls to GitLab's API by all processes on this database; status none where no answer came.",
        labels=("method", "status"),
    )
    for call, number in sorted(reading.calls.items()):
        calls.add_metric(call.split(" "), number)
    yield calls
    workers = list(reading.workers.values())
    open_ = sum(worker["circuit"] != "closed" for worker in workers)
    yield _gauge("triage_gitlab_circuit_open", "Workers that make no calls, since GitLab is down.", open_)
    held = sum(worker["paused_for"] > 0 for worker in workers)
    yield _gauge("triage_gitlab_held_back", "Workers that wait because GitLab asked them to.", held)
    left, limit = {}, {}
    for kind in ("requests", "notes"):
        if workers:
            tight = min(workers, key=lambda w: w[f"{kind}_limit"] - w[f"{kind}_used"])
            left[kind] = max(0, tight[f"{kind}_limit"] - tight[f"{kind}_used"])
            limit[kind] = tight[f"{kind}_limit"]
    help_ = "Calls that the worker with the least left may make this minute, by its own budget."
    yield _gauges("triage_gitlab_budget_left", help_, ("kind",), _one(left))
    yield _gauges("triage_gitlab_budget_limit", "Of how many that is.", ("kind",), _one(limit))
    said = [worker for worker in workers if worker["allowed"] is not None]
    tight = min(said, key=lambda w: w["allowed_left"], default={})
    for name, key, help_ in QUOTA:
        yield _gauges(name, help_, (), [((), tight[key])] if tight else ())


def _journal(counts: Counts) -> Iterator[Metric]:
    done = {("worker", outcome): 0 for outcome in OUTCOMES} | dict(counts.reconciles)
    help_ = (
        "Reconciles on this database since the receiver started, by what asked for them and how they ended."
    )
    yield _counter("triage_reconciles", help_, ("trigger", "outcome"), done.items())
    help_ = "Actions done on issues since the receiver started; withheld: on confidential ones."
    yield _counter("triage_actions", help_, ("kind",), _one(counts.actions))
    seconds = HistogramMetricFamily("triage_reconcile_seconds", "How long reconciles took.")
    total = sum(counts.reconciles.values())
    buckets = [(str(most), float(n)) for most, n in zip(BUCKETS, counts.seconds, strict=True)]
    seconds.add_metric((), [*buckets, ("+Inf", float(total))], counts.seconds_sum)
    yield seconds


def _clocks(counts: Counts, rules: RulesState) -> Iterator[Metric]:
    boards = {standing.board for standing in counts.clocks} | set(rules.boards)
    clocks = {standing.clock for standing in counts.clocks} | set(rules.clocks)
    values = {
        (b, c, s): counts.clocks[Standing(b, c, s)]
        for b in sorted(boards)
        for c in sorted(clocks)
        for s in STATES
    }
    help_ = "Clocks of open requests that wait for an answer; none of confidential requests."
    yield _gauges("triage_sla_clocks", help_, ("board", "clock", "state"), values.items())


def _one(values: Mapping[str, float]) -> Values:
    """By the value of the one label there is."""
    return (((value,), number) for value, number in sorted(values.items()))


def _gauge(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_, value=value)


def _gauges(name: str, help_: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _counter(name: str, help_: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = CounterMetricFamily(name, help_, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family
