"""What these pages share: acts about a member at one of one's stores."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from stores import selectors as stores_selectors
from stores.admin.base import ScopedAdmin, posted, signed_in


class AboutMembersAdmin[M: Model](ReadOnlyAdmin[M], ScopedAdmin[M]):
    """Rows about members: what their pages share."""

    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)

    def asked(self, request: HttpRequest, permission: str) -> dict[str, Any]:
        """What a form about a member is made of."""
        stores = stores_selectors.stores_for(signed_in(request), permission)
        return {**posted(request), "stores": stores.order_by("code")}

    def may(self, request: HttpRequest, permission: str, row: M | None = None) -> bool:
        """With a row, at its store; without one, anywhere at all."""
        return bool(signed_in(request).has_perm(permission, row))
