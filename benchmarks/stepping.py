"""Steps through a fortnight of histories made up by chance, a minute at a time: does time alone change anything before
the instant at which the bot wanted to look again?"""

import argparse
import time
from random import Random

from tests.walks import FORTNIGHT, MINUTE, START, Request, deeds, shipped, small, walk


def main() -> int:
    """One line for each history; 1 where something changed too early, with what happened there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", choices=["small", "shipped"], default="shipped")
    parser.add_argument("--histories", type=int, default=3)
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--minutes", type=int, default=1, help="how long a step is")
    told = parser.parse_args()
    ruleset = small() if told.rules == "small" else shipped()
    for seed in range(told.first, told.first + told.histories):
        random = Random(seed)
        given = random.choice([(), ("Expedite",), ("SA Waiting",), ("Security Audit", "SA Doing")])
        request, history = Request(ruleset, *given), deeds(random, START + FORTNIGHT)
        begun = time.process_time()
        try:
            looks = walk(request, history, START + FORTNIGHT, told.minutes * MINUTE)
        except AssertionError as error:
            print(f"history {seed}: {error}")
            return 1
        spent = time.process_time() - begun
        print(
            f"history {seed}: {len(history)} deeds, {len(request.issue.arrivals)} moves; nothing changed too early in "
            f"{looks} looks ({spent:.0f} s)",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
