"""The faces of gift cards, with a picture of each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.money import format_money
from gift_cards import pictures
from gift_cards import services as gift_cards_services
from gift_cards.images import LARGEST_FILE
from gift_cards.models import GiftCardDesign
from gift_cards.services.designs import ADD
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from stores import selectors as stores_selectors
from stores.admin.base import HistoryAdmin, act_of, action, display, signed_in

from .forms import DesignForm


@admin.register(GiftCardDesign)
class GiftCardDesignAdmin(HistoryAdmin[GiftCardDesign]):
    """What cards look like, and what they are sold for."""

    store_path = None
    money_fields = ("free_from", "free_to")
    form = DesignForm
    list_display = ("looks", "name", "face", "values", "is_active")
    list_display_links = ("looks", "name")
    list_filter = ("is_active", "face")
    search_fields = ("name",)
    ordering = ("-is_active", "pk")
    fields = (
        "preview",
        "name",
        "face",
        "upload",
        "greeting",
        "face_values",
        "free_from",
        "free_to",
        "is_active",
    )
    readonly_fields = ("preview",)
    actions_list = ("begin",)

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual pages, the picture itself."""
        picture = path(
            "<int:design_id>/picture/",
            self.admin_site.admin_view(self.picture),
            name="gift_cards_giftcarddesign_picture",
        )
        return [picture, *super().get_urls()]

    def picture(self, request: HttpRequest, design_id: int) -> HttpResponse:
        """The face as a JPEG, in the reader's language."""
        design = self.get_object(request, str(design_id))
        if not self.has_view_permission(request, design):
            return HttpResponse(status=403)
        drawn = pictures.draw(
            face=design.face,
            brand=policies_selectors.in_force(ShopPolicy, at=now()).brand,
            amount=design.face_values[0] if design.face_values else design.free_from,
            greeting=design.greeting,
            language=get_language() or "en",
            own=bytes(design.picture.image) if design.picture is not None else b"",
        )
        response = HttpResponse(drawn, content_type="image/jpeg")
        response["Cache-Control"] = "private, max-age=60"
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Designs are the brand's: only who may act for all stores adds one."""
        return stores_selectors.user_may_everywhere(
            signed_in(request), self._name("add")
        )

    def has_change_permission(
        self, request: HttpRequest, obj: GiftCardDesign | None = None
    ) -> bool:
        """The same for changing one."""
        return stores_selectors.user_may_everywhere(
            signed_in(request), self._name("change")
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: GiftCardDesign | None = None
    ) -> bool:
        """A design is taken off sale, never deleted: cards show it."""
        return False

    @display(description=gettext_lazy("picture"))
    def looks(self, design: GiftCardDesign) -> str:
        """Small, for the list."""
        return self._image(design, width=128)

    @display(description=gettext_lazy("picture"))
    def preview(self, design: GiftCardDesign) -> str:
        """As it is given."""
        return self._image(design, width=506) if design.pk else "–"

    def _image(self, design: GiftCardDesign, *, width: int) -> str:
        url = reverse("admin:gift_cards_giftcarddesign_picture", args=[design.pk])
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy"'
            ' style="border-radius:{}px">',
            url,
            design.name,
            width,
            width * pictures.SIZE[1] // pictures.SIZE[0],
            max(6, width // 36),
        )

    @display(description=gettext_lazy("amounts"))
    def values(self, design: GiftCardDesign) -> str:
        """The face values, and between what any amount will do."""
        fixed = [format_money(value) for value in design.face_values]
        if design.free_from is not None and design.free_to is not None:
            fixed.append(
                f"{format_money(design.free_from)}–{format_money(design.free_to)}"
            )
        return " · ".join(fixed)

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: forms.ModelForm[GiftCardDesign],
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Through the command, with the picture that was sent."""
        obj._history_user = signed_in(request)
        upload = form.cleaned_data.get("upload")
        gift_cards_services.save_design(
            design=obj,
            by=act_of(request, now()),
            at=now(),
            upload=upload.read(LARGEST_FILE + 1) if upload else None,
        )

    def has_begin_permission(self, request: HttpRequest) -> bool:
        """Where there is none yet."""
        return not GiftCardDesign.objects.exists() and (
            stores_selectors.user_may_everywhere(signed_in(request), ADD)
        )

    @action(
        description=gettext_lazy("Begin with our four faces"),
        url_path="begin",
        permissions=["begin"],
        icon="redeem",
    )
    def begin(self, request: HttpRequest) -> HttpResponseBase:
        """Birthday, new year, thanks and plain, ready to be sold."""
        if request.method == "POST":
            gift_cards_services.begin_with_faces(by=act_of(request, now()), at=now())
            return redirect(self.list_url())
        return self.ask(
            request,
            form=forms.Form(),
            title=_("Begin with our four faces"),
            button=_("Begin"),
            lead=_("Birthday, new year, thanks and plain: change them as you like."),
            command=lambda _typed: "",
            back=self.list_url(),
        )
