"""Whether GitLab is down: it is asked by one probe at a time then, and by nobody else. Pure: it is told the time."""

from typing import Literal

IN_A_ROW = 5
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

State = Literal["closed", "open", "probing"]


class Circuit:
    """Opens after five failures in a row, whatever they were about; closes with the first answer.

    While it is open one probe is let through after a pause, which doubles from a second to a minute. Instants are
    seconds of a clock that never goes back. Not safe in several threads: whoever shares it locks it.
    """

    def __init__(self) -> None:
        self.state: State = "closed"
        self.failures = 0
        self._pause = FIRST_PAUSE
        self._again_at = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until a probe may be sent; 0 when that is now, or when the circuit is closed."""
        match self.state:
            case "closed":
                return 0.0
            case "open":
                return max(0.0, self._again_at - now)
            case "probing":
                return self._pause

    def probe(self) -> None:
        """A probe goes out; nothing else does until it has ended."""
        self.state = "probing"

    def answered(self) -> None:
        """GitLab answered something that is not its own failure."""
        self.state, self.failures, self._pause = "closed", 0, FIRST_PAUSE

    def failed(self, now: float) -> None:
        """It did not answer, or said that it cannot."""
        self.failures += 1
        if self.state == "probing":
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif self.state == "open" or self.failures < IN_A_ROW:
            return  # what was under way when it opened
        self.state, self._again_at = "open", now + self._pause
