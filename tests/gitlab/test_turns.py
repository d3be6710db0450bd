"""So many at a time, and no more."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.gitlab.turns import Turns


@pytest.mark.parametrize("number", [1, 3])
def test_no_more_than_so_many_are_inside(number: int) -> None:
    turns, lock, inside, most = Turns(number), threading.Lock(), 0, 0

    def act(_n: int) -> None:
        nonlocal inside, most
        with turns:
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(act, range(40)))
    assert (most, inside) == (number, 0)


def test_whoever_fails_inside_makes_room() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), turns:
            raise ValueError("x")
