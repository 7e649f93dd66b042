from django.apps import AppConfig
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "members.enrolled": _("Member enrolled"),
    "members.loaded": _("Members brought along"),
    "members.consents_loaded": _("Consents brought along"),
    "members.changed": _("Member changed"),
    "members.birthday_set": _("Birthday set"),
    "members.keeper_assigned": _("Keeper assigned"),
    "members.referrer_noted": _("Noted who brought a member"),
    "members.tagged": _("Member tagged"),
    "members.untagged": _("Tag taken off a member"),
    "members.tag_saved": _("Tag saved"),
    "members.field_saved": _("Custom field saved"),
    "members.consent_given": _("Consent given"),
    "members.consent_withdrawn": _("Consent withdrawn"),
    "members.consent_text_published": _("Consent text published"),
    "members.merged": _("Members merged"),
    "members.phone_changed": _("Phone changed by the member"),
    "members.phone_released": _("Former phone released"),
    "members.erased": _("Member erased"),
    "members.closure_requested": _("Member wants to leave"),
    "members.closure_withdrawn": _("Member stays after all"),
    "members.staff_linked": _("Member card of a colleague noted"),
    "members.staff_unlinked": _("Member card of a colleague taken back"),
    "members.exported": _("Everything about a member handed out"),
}


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from stores.services import register_staff_cards  # noqa: PLC0415 (as above)
        from stores.words import name_acts  # noqa: PLC0415 (apps are loaded by now)

        from .services.staff_cards import StaffCards  # noqa: PLC0415 (as above)

        name_acts(ACTS)
        register_staff_cards(StaffCards())
