"""Everything that happens to a card, from the printer to its end."""

from cards.tokens import mint_code

from .binding import bind
from .codes import sweep_codes, use_rotating_code
from .expire import expire_due
from .issue import issue
from .kinds import save_kind
from .life import close, renew, report_found, report_loss
from .load import CardRow, load_cards
from .offers import (
    accept_share,
    limit_own_share,
    offer_share,
    refuse_share,
    stop_share,
)
from .own import report_own_loss
from .replacing import replace
from .shares import (
    end_share,
    left_of,
    left_today,
    return_share_step,
    save_share,
    use_share_step,
)
from .stock import LARGEST_BATCH, export_stock, make_stock

__all__ = [
    "LARGEST_BATCH",
    "CardRow",
    "accept_share",
    "bind",
    "close",
    "end_share",
    "expire_due",
    "export_stock",
    "issue",
    "left_of",
    "left_today",
    "limit_own_share",
    "load_cards",
    "make_stock",
    "mint_code",
    "offer_share",
    "refuse_share",
    "renew",
    "replace",
    "report_found",
    "report_loss",
    "report_own_loss",
    "return_share_step",
    "save_kind",
    "save_share",
    "stop_share",
    "sweep_codes",
    "use_rotating_code",
    "use_share_step",
]
