"""What the tests of the inbox share: machine time that stands still until it is told to go on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.inbox import Inbox

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Machine:
    at: datetime = START

    def __call__(self):
        return self.at

    def wait(self, seconds=0.0):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def inbox(engine, machine):
    return Inbox(engine, machine, chance=lambda: 1.0)
