"""The checks, one file each. A new one is its file, one line here, and its test."""

from typing import Annotated

from pydantic import Field

from app.core.checks.answered_wait import AnsweredWait
from app.core.checks.condition import OwnCondition
from app.core.checks.exclusive_labels import ExclusiveLabels
from app.core.checks.family import Family
from app.core.checks.lead_time import LeadTime
from app.core.checks.meeting import Meeting
from app.core.checks.missing_information import MissingInformation
from app.core.checks.moves import Moves
from app.core.checks.sla import Sla
from app.core.checks.stated import Stated
from app.core.checks.threshold import Threshold
from app.core.checks.told import Told
from app.core.checks.unexplained_label import UnexplainedLabel
from app.core.checks.unowned import Unowned
from app.core.checks.wrong_board import WrongBoard

Check = Annotated[
    AnsweredWait
    | ExclusiveLabels
    | Family
    | LeadTime
    | Meeting
    | MissingInformation
    | Moves
    | OwnCondition
    | Sla
    | Stated
    | Threshold
    | Told
    | UnexplainedLabel
    | Unowned
    | WrongBoard,
    Field(discriminator="kind"),
]
