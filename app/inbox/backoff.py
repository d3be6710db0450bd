"""How long to leave an issue alone after a failure. Pure."""

FIRST = 1.0
LONGEST = 300.0
LONGEST_OF_ALL = (
    60.0  # where the trouble is everybody's: the circuit and GitLab's pauses hold the calls back then
)
PATIENCE = 86_400.0  # a Retry-After beyond a day is an error of whoever sent it


def wait(attempts: int, retry_after: float | None, chance: float, longest: float = LONGEST) -> float:
    """Seconds to wait once `attempts` looks had failed before this one; `chance` is from 0 up to 1.

    1 s, doubling up to `longest`, less a random part of up to a half; never less than 1 s, never before `retry_after`
    seconds, and then not everybody at the same moment.
    """
    full = min(FIRST * 2.0 ** min(attempts, 20), longest)
    drawn = max(FIRST, full * (0.5 + chance / 2))
    if retry_after is None or not retry_after > 0:
        return drawn
    return max(drawn, min(retry_after, PATIENCE) + chance)
