"""The ways of paying."""

from ninja import Router

from api.auth import ApiRequest
from api.endpoints import endpoint
from api.shapes.tenders import TenderKindList, TenderKindOut
from stores import selectors as stores_selectors

router = Router()


@endpoint(router, "GET", "", scope="sales:read", answer=TenderKindList, tag="Tenders")
def list_tenders(request: ApiRequest) -> TenderKindList:
    """The ways of paying of the store, those that are switched off too.

    A key of the head office sees every store's, or those of the one it names.
    """
    store = request.auth.store
    return TenderKindList(
        items=[
            TenderKindOut(
                code=kind.code,
                name=kind.name,
                opens_drawer=kind.opens_drawer,
                is_counted=kind.is_counted,
                is_refundable=kind.is_refundable,
                earns=kind.earns,
                account_code=kind.account_code,
                is_active=kind.is_active,
            )
            for kind in stores_selectors.tender_kinds()
            if store is None or kind.is_of(store.code)
        ]
    )
