"""`triage doctor`: what an installation needs, one line each, with what to do where it is not so. Mends nothing."""

from app.doctor.line import Line, Verdict
from app.doctor.run import examine

__all__ = ["Line", "Verdict", "examine"]
