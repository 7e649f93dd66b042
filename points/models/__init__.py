"""What the shop promises for spending, and who earned, spent and was given what."""

from .accruals import Accrual, AccrualRefund, Redemption
from .policy import PointsPolicy
from .receipts import CodeTries, ReceiptCode
from .rewards import Reward, RewardOrder, RewardTaken
from .rules import EarningRule
from .stamps import StampDay, StampGrant, StampProgramme
from .tasks import CheckIn, Task, TaskDone

__all__ = [
    "Accrual",
    "AccrualRefund",
    "CheckIn",
    "CodeTries",
    "EarningRule",
    "PointsPolicy",
    "ReceiptCode",
    "Redemption",
    "Reward",
    "RewardOrder",
    "RewardTaken",
    "StampDay",
    "StampGrant",
    "StampProgramme",
    "Task",
    "TaskDone",
]
