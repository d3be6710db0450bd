"""What GitLab has to hold for the rules to work, beside what it holds: the steps that make it so, or take it away.

Pure: what GitLab has is handed in, and the steps are what a plan shows and what is applied.
"""

from app.core.setup.plan import plan_pipeline, plan_project
from app.core.setup.removal import removal, removal_of_pipeline
from app.core.setup.steps import Left, Plan, Step

__all__ = ["Left", "Plan", "Step", "plan_pipeline", "plan_project", "removal", "removal_of_pipeline"]
