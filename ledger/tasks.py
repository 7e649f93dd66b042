"""What the books do by themselves: expire, prove, seal."""

from celery import shared_task
from django.utils.timezone import localdate, now

from common.alone import alone
from ledger import services as ledger_services

PROVING = "ledger.prove_books"
EXPIRING = "ledger.expire_lots"


@shared_task(acks_late=True)
def prove_books(**_unknown: object) -> bool:
    """Prove the books and keep the result; two at once would be twice the work."""
    with alone(PROVING) as is_mine:
        if not is_mine:
            return True
        started_at = now()
        proof = ledger_services.prove_books()
        ledger_services.record_proof(
            proof=proof, started_at=started_at, finished_at=now()
        )
        return proof.is_proven


@shared_task(acks_late=True)
def expire_due_lots(**_unknown: object) -> int:
    """Expire what is due; the number of lots. A great sweep is not joined by others."""
    with alone(EXPIRING) as is_mine:
        if not is_mine:
            return 0
        at = now()
        expired = ledger_services.expire_lots(
            at=at, business_date=localdate(at), request_id=f"expire:{at.isoformat()}"
        )
        return expired.lots


@shared_task(acks_late=True)
def seal_books(**_unknown: object) -> int:
    """Seal what was written since the last seal; the number of entries."""
    seal = ledger_services.seal_day(day=localdate(), at=now())
    return seal.entries if seal else 0
