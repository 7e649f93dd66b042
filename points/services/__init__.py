"""Everything that earns, spends, gives and takes back points, growth value, stamps."""

from .accrue import (
    AccrualPlan,
    accrual_lines,
    accrue,
    accrue_step,
    post_plan,
    record_accrual_step,
)
from .give import (
    GRANT,
    grant_growth_step,
    grant_points,
    grant_points_step,
    grant_points_to_many_step,
    grant_with_second_person,
    reward_top_up_step,
    subject_of,
)
from .receipts import (
    Receipt,
    claim_receipt,
    issue_receipt_code,
    refund_receipt,
    void_receipt_code,
)
from .redeem import (
    RedemptionPlan,
    live_until,
    record_redemption_step,
    redeem,
    redemption_lines,
    return_redeemed,
    return_redeemed_step,
)
from .refund import (
    charge_of_claw_back,
    claw_back_step,
    refund_accrual,
    refund_accrual_step,
)
from .release import release_due, release_due_step
from .rewards import (
    Ordered,
    cancel_overdue,
    cancel_reward_order,
    hand_over_reward,
    order_reward,
    pick_up_code,
)
from .settings import restock, save_setting
from .stamps import (
    give_stamps,
    give_stamps_step,
    take_back_stamps,
    take_back_stamps_step,
)
from .tasks import (
    Done,
    check_in,
    complete_due_tasks,
    complete_task,
    complete_tasks_of_visits,
)
from .tries import forget_tries

__all__ = [
    "GRANT",
    "AccrualPlan",
    "Done",
    "Ordered",
    "Receipt",
    "RedemptionPlan",
    "accrual_lines",
    "accrue",
    "accrue_step",
    "cancel_overdue",
    "cancel_reward_order",
    "charge_of_claw_back",
    "check_in",
    "claim_receipt",
    "claw_back_step",
    "complete_due_tasks",
    "complete_task",
    "complete_tasks_of_visits",
    "forget_tries",
    "give_stamps",
    "give_stamps_step",
    "grant_growth_step",
    "grant_points",
    "grant_points_step",
    "grant_points_to_many_step",
    "grant_with_second_person",
    "hand_over_reward",
    "issue_receipt_code",
    "live_until",
    "order_reward",
    "pick_up_code",
    "post_plan",
    "record_accrual_step",
    "record_redemption_step",
    "redeem",
    "redemption_lines",
    "refund_accrual",
    "refund_accrual_step",
    "refund_receipt",
    "release_due",
    "release_due_step",
    "restock",
    "return_redeemed",
    "return_redeemed_step",
    "reward_top_up_step",
    "save_setting",
    "subject_of",
    "take_back_stamps",
    "take_back_stamps_step",
    "void_receipt_code",
]
