"""Keeps GitLab triage boards honest: complete requests, exclusive labels, SLA clocks."""

__version__ = "0.1.0"
