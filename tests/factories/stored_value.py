"""Plans, wallets and money in them: by the commands, in tests too."""

import itertools
import uuid
from datetime import timedelta
from typing import Any

from ledger import services as ledger_services
from ledger.services import Act
from policies import services as policies_services
from policies.models import ShopPolicy
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import TopUp, TopUpPlan, TopUpRefund, TopUpStep, WalletPolicy
from stored_value.services import Tender
from stores import services as stores_services
from stores.models import Shift, Store, User
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, ShiftFactory, StoreFactory, UserFactory

EARLIER = NOON - timedelta(days=30)
_numbers = itertools.count(1)


def a_key(word: str = "test") -> str:
    return f"{word}:{uuid.uuid4()}"


def a_member() -> Holder:
    return Holder.member(MemberFactory.create().pk)


def at_store(store: Store | None = None) -> Act:
    """A program's act at a store: no person, so no limits."""
    store = store or StoreFactory.create()
    return an_act(actor="key:1", store_id=store.pk)


def at_till(
    role: str = "cashier", *, shift: Shift | None = None, user: User | None = None
) -> Act:
    """A person's act in an open shift."""
    shift = shift or ShiftFactory.create()
    user = user or UserFactory.holding(role, store=shift.store)
    return stores_services.act(staff=user, shift=shift, at=NOON)


def a_plan(*steps: dict[str, Any], **facts: Any) -> TopUpPlan:
    """A plan that was on offer a month ago; “pay 300, get 50” unless steps say else."""
    stores, tiers = facts.pop("stores", ()), facts.pop("tiers", ())
    plan = TopUpPlan(**{"name": f"Plan {next(_numbers)}", **facts})
    stored_value_services.save_plan(
        plan=plan,
        steps=[
            TopUpStep(**step)
            for step in (steps or ({"amount": 300_00, "bonus": 50_00},))
        ],
        stores=stores,
        tiers=tiers,
        by=an_act(),
        at=EARLIER,
    )
    return plan


def top_up(holder: Holder, amount: int = 300_00, **facts: Any) -> TopUp:
    """Money comes in, in cash, unless said otherwise."""
    slot = facts.pop("slot", "cash")
    return stored_value_services.top_up(
        **{
            "holder": holder,
            "tenders": [Tender(slot, amount)],
            "by": facts.pop("by", None) or at_store(),
            "at": NOON,
            "key": a_key("top-up"),
            **facts,
        }
    )


def holding(principal: int, bonus: int = 0, **facts: Any) -> tuple[Holder, TopUp]:
    """A new member who paid in so much and was given so much on top, at noon."""
    plan_id = a_plan({"amount": principal, "bonus": bonus}).pk if bonus else None
    holder = a_member()
    return holder, top_up(holder, principal, plan_id=plan_id, **facts)


def spend(holder: Holder, amount: int, **facts: Any) -> stored_value_services.Paid:
    """A plain payment; the order is the policy's."""
    return stored_value_services.spend_step(
        **{
            "holder": holder,
            "amount": amount,
            "by": facts.pop("by", None) or at_store(),
            "at": NOON,
            "key": a_key("spend"),
            "order": "pro_rata",
            **facts,
        }
    )


def refund_top_up(row: TopUp, **facts: Any) -> TopUpRefund:
    """It goes back to where it came from, at noon, unless said otherwise."""
    return stored_value_services.refund_top_up(
        **{
            "top_up_id": row.pk,
            "tender": "wechat",
            "reason": "asked for",
            "by": facts.pop("by", None) or at_store(),
            "at": NOON,
            "key": a_key("refund"),
            **facts,
        }
    )


def new_rules(**rules: Any) -> WalletPolicy:
    """The next version of the policy, in force from a month before noon."""
    last = WalletPolicy.objects.order_by("-in_force_from").first()
    assert last is not None
    kept = {
        field.name: getattr(last, field.name)
        for field in WalletPolicy._meta.concrete_fields
        if field.editable and not field.primary_key
    }
    begins = EARLIER + timedelta(seconds=next(_numbers))
    version = WalletPolicy(
        **{**kept, "in_force_from": begins, "reason": "tried", **rules}
    )
    return policies_services.publish(
        version=version, by=an_act(), at=version.in_force_from
    )


def keep_the_law_of(profile: str) -> None:
    """The house moves to another country, before anything else happens."""
    begins = EARLIER - timedelta(days=30) + timedelta(seconds=next(_numbers))
    policies_services.publish(
        version=ShopPolicy(
            in_force_from=begins, reason="moved", profile=profile, country="CN"
        ),
        by=an_act(),
        at=begins,
    )


def is_proven() -> bool:
    """Whether the books prove themselves, to the last lot."""
    return ledger_services.prove_books().is_proven
