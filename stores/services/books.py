"""Mending the books by hand: always with a reason and a second person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from common.text import one_line
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from stores.errors import NotMendable, ReasonMissing
from stores.models import Approval, Store, User

from .approvals import approve_beside, consume_approval
from .audit import act, record_act, require
from .beneficiaries import (
    check_beneficiary,
    find_beneficiaries,
    list_acts,
    members_behind,
)

ADJUST, REVERSE, FREEZE = "ledger.adjust", "ledger.reverse", "ledger.freeze"

# What was made by hand is undone by hand; a sale or a top-up is undone where it was
# made, so that its coupons, gifts and card are undone with it.
MENDABLE = frozenset(
    {EntryKind.ADJUSTMENT, EntryKind.GRANT, EntryKind.OPENING, EntryKind.TRANSFER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """Who mends the books, where and why, and who stands beside them with a secret."""

    maker: User
    store: Store
    reason: str
    checker: User
    secret: str
    key: str
    at: datetime
    request_id: str = ""

    def act(self) -> ledger_services.Act:
        """What the two do together, as the books want it."""
        return act(
            staff=self.maker,
            store=self.store,
            approver=self.checker,
            at=self.at,
            request_id=self.request_id,
        )

    def approved(
        self,
        name: str,
        *,
        amount: int,
        subject: str,
        members: Iterable[int | None] = (),
    ) -> Approval:
        """Have the one beside approve it, before it is done.

        Raises BeneficiaryRefused where one of the two is one of `members`, and the shop
        does not let them.
        """
        touched = find_beneficiaries(
            by=self.act(), act=name, amount=amount, members=members, at=self.at
        )
        return approve_beside(
            act=name,
            maker=self.maker,
            checker=self.checker,
            secret=self.secret,
            store=self.store,
            amount=amount,
            reason=self.reason,
            at=self.at,
            subject=subject,
            request_id=self.request_id,
            is_own_card=touched.is_own,
        )

    def use(
        self,
        approval: Approval,
        name: str,
        *,
        amount: int,
        subject: str,
        members: Iterable[int | None] = (),
    ) -> None:
        """A step of the act: use the approval up, and list the act at a colleague's
        own card.
        """
        touched = find_beneficiaries(
            by=self.act(),
            act=name,
            amount=amount,
            members=members,
            at=self.at,
            approval=approval,
        )
        consume_approval(
            approval=approval,
            act=name,
            maker=self.maker,
            amount=amount,
            store=self.store,
            at=self.at,
            subject=subject,
            is_own_card=touched.is_own,
        )
        list_acts(
            touched,
            act=name,
            amount=amount,
            subject=subject,
            by=self.act(),
            at=self.at,
        )


def adjust_account(
    *, account_id: int, rises: bool, amount: int, by: Mending
) -> ledger_services.Posted:
    """Raise or lower what an account holds (minor units, points), approved by another.

    Raises NotAllowed, CheckerRefused, ProofRefused and whatever the books refuse;
    nothing is changed then. The same key again answers with the first entry.
    """
    account = ledger_selectors.account(account_id)
    if account is None or not account.is_owed:
        raise NotMendable
    adjustments = ledger_services.HolderAccount(
        kind=AccountKind.ADJUSTMENT,
        unit_id=account.unit_id,
        holder_kind="store",
        holder_id=by.store.pk,
        slot=account.kind,
    )
    against = ledger_services.open_account(adjustments)
    debit, credit = (against, account_id) if rises else (account_id, against)
    line = ledger_services.Line(debit_id=debit, credit_id=credit, amount=amount)

    def write() -> ledger_services.Posted:
        return ledger_services.post_entry(
            kind=EntryKind.ADJUSTMENT,
            key=by.key,
            at=by.at,
            act=by.act(),
            lines=[line],
            memo=by.reason,
        )

    members = members_behind([(account.holder_kind, account.holder_id)])
    return _with_second_person(
        write, ADJUST, amount, f"account:{account_id}", by, members
    )


def reverse_by_hand(*, entry_id: str, by: Mending) -> ledger_services.Posted:
    """Take back all that is left of an entry made by hand, approved by another.

    Raises NotMendable for an entry that is undone elsewhere, and what `adjust_account`
    raises.
    """
    entry = ledger_selectors.entry(entry_id)
    if entry is None or entry.kind not in MENDABLE:
        raise NotMendable
    amount = ledger_selectors.left_to_reverse(entry_id=entry.pk)

    def write() -> ledger_services.Posted:
        return ledger_services.reverse_entry(
            entry_id=entry.pk, key=by.key, at=by.at, act=by.act(), memo=by.reason
        )

    members = members_behind(ledger_selectors.holders_of(entry_id=entry.pk))
    return _with_second_person(write, REVERSE, amount, f"entry:{entry.pk}", by, members)


@transaction.atomic(durable=True)
def freeze_account(
    *,
    account_id: int,
    frozen: bool,
    reason: str,
    by: User,
    at: datetime,
    request_id: str = "",
) -> None:
    """Stop an account from being spent, or release it; with a reason.

    Nobody releases their own. Raises BeneficiaryRefused.
    """
    require(by, FREEZE, store=None)
    if not reason.strip():
        raise ReasonMissing
    account = ledger_selectors.account(account_id)
    if account is not None and not frozen:
        check_beneficiary(
            by=act(staff=by, at=at, request_id=request_id),
            act=FREEZE,
            members=members_behind([(account.holder_kind, account.holder_id)]),
            subject=f"account:{account_id}",
            at=at,
        )
    ledger_services.set_account_status(
        account_id=account_id, status="frozen" if frozen else "open"
    )
    record_act(
        name="ledger.froze" if frozen else "ledger.released",
        by=act(staff=by, at=at, request_id=request_id),
        at=at,
        facts={"account": account_id, "reason": one_line(reason, 200)},
    )


def _with_second_person(
    write: Callable[[], ledger_services.Posted],
    name: str,
    amount: int,
    subject: str,
    by: Mending,
    members: Iterable[int | None],
) -> ledger_services.Posted:
    """Get the approval, then write the entry and use the approval up, all or nothing.

    A key that has written its entry asks nobody again.
    """
    done = ledger_selectors.entry_id_of(key=by.key) is not None
    approval = (
        None
        if done
        else by.approved(name, amount=amount, subject=subject, members=members)
    )
    with transaction.atomic(durable=True):
        posted = write()
        _use(approval, posted, name, amount, subject, by, members)
    return posted


def _use(
    approval: Approval | None,
    posted: ledger_services.Posted,
    name: str,
    amount: int,
    subject: str,
    by: Mending,
    members: Iterable[int | None],
) -> None:
    """A replay used its approval the first time; an entry without one is refused."""
    if posted.replayed:
        return
    if approval is None:
        raise NotMendable
    by.use(approval, name, amount=amount, subject=subject, members=members)
    record_act(
        name=name,
        by=by.act(),
        at=by.at,
        facts={
            "entry": str(posted.entry_id),
            "amount": amount,
            "reason": by.reason[:200],
        },
    )
