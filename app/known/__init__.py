"""What sweeps know of issues from before, so that the next one asks for little. A cache: without it all is read."""

from app.known.known import Judged, Keep, KnownBoard, KnownIssues

__all__ = ["Judged", "Keep", "KnownBoard", "KnownIssues"]
