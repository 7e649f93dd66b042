"""Ways of paying for tests."""

from typing import Any

from stores.models import TenderKind
from stores.selectors import forget_tenders


def a_tender(code: str, **facts: Any) -> TenderKind:
    """A way of paying that the shop set up itself."""
    kind = TenderKind.objects.create(
        **{"code": code, "name_en": code.capitalize(), **facts}
    )
    forget_tenders()
    return kind
