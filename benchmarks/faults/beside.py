"""The service and sweeps at the same time, on the same requests: who writes first must not matter."""

import threading
from functools import partial

from app.clock import SandboxClock
from app.gitlab.client import GitLab
from app.gitlab.line import Line
from app.inbox import Inbox
from app.known import KnownIssues
from app.sweep import choose_boards, sweep
from benchmarks.faults.acts import ROUNDS
from benchmarks.faults.deliveries import body, send
from benchmarks.faults.processes import serving
from benchmarks.faults.run import STEP, Run
from benchmarks.faults.scenarios import start

HANDS = 8  # so many issues at a time: as much at once as can be
TOKEN = "sandbox-triage-bot"


def beside(run: Run, groups: int) -> None:
    """Ten rounds for each group of requests. In each, the events of what people did go to the service while a sweep,
    which calls people at once (`--alone`), looks at the same requests until the service has worked all off."""
    ports = start(run, serving("all", run.folder, run.environment))
    clock = SandboxClock(run.sandbox.url)
    gitlab = GitLab(run.sandbox.url, TOKEN, line=Line(10**6, 10**6))
    at_once = partial(
        sweep,
        choose_boards(run.ruleset, ["us-east"]),
        gitlab=gitlab,
        ruleset=run.ruleset,
        now=clock.now,
        known=KnownIssues(run.engine, run.sandbox.url),
        inbox=Inbox(run.engine),
        alone=True,
        threads=HANDS,
    )
    sweeps = written = rounds = 0
    for group in range(groups):
        iids = run.iids[group * len(run.iids) // groups : (group + 1) * len(run.iids) // groups]
        for round_ in range(ROUNDS):
            events = [(h.issue["iid"], body(h)) for h in run.people.act(round_, iids)]
            sender = threading.Thread(target=lambda events=events: run.sent.extend(send(events, ports)))  # type: ignore[misc]
            sender.start()
            while True:
                settled = not sender.is_alive() and run.settled
                report = at_once()
                run.verdict.problems += [f"{row.reference}: {row.error}" for row in report.failed]
                sweeps, written = sweeps + 1, written + report.done
                if settled:
                    break
            sender.join()
            rounds += 1
            run.sandbox.advance(STEP)
    run.sandbox.advance("PT1H")
    gitlab.close()
    clock.close()
    run.verdict.figures["rounds"] = (
        f"{rounds}, with {sweeps} sweeps beside the service, which did {written} actions"
    )
