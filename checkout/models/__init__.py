from .exchanges import Exchange
from .offers import BillOffer, NextVisitGift
from .policy import CheckoutPolicy, RefundOrder
from .refunds import Refund, RefundPart
from .sales import (
    DiscountKind,
    LineKind,
    PaymentKind,
    Sale,
    SaleDiscount,
    SaleLine,
    SalePayment,
)

__all__ = [
    "BillOffer",
    "CheckoutPolicy",
    "DiscountKind",
    "Exchange",
    "LineKind",
    "NextVisitGift",
    "PaymentKind",
    "Refund",
    "RefundOrder",
    "RefundPart",
    "Sale",
    "SaleDiscount",
    "SaleLine",
    "SalePayment",
]
