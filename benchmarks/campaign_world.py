"""Members who agreed to letters, and campaigns that give each a coupon and write it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from benchmarks.books import without_key_checks
from benchmarks.work import statement
from campaigns import services as campaigns_services
from campaigns.kinds import CampaignKind, EntryRule, StepKind
from campaigns.models import Campaign, CampaignStep
from coupons import services as coupons_services
from coupons.models import CouponTemplate, TemplateVersion
from members.models import ConsentText
from messaging import services as messaging_services
from messaging.models import MessageTemplateVersion
from messaging.services import Words
from stores import services as stores_services
from stores.models import Store

AT: Final = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LANGUAGES: Final = ("en", "zh-hans", "zh-hant")


@dataclass(frozen=True, slots=True)
class CampaignWorld:
    """What every campaign of the benchmark gives and writes, and whom it may mean."""

    members: int
    small: Store  # every tenth member's
    terms: TemplateVersion
    words: MessageTemplateVersion


def by_bench() -> Any:
    """Whoever asks here."""
    return stores_services.act(task="bench", at=AT)


def build(members: int) -> CampaignWorld:
    """A shop of two stores; the tables settle."""
    small, large = (Store(code=code, name=code) for code in ("SMALL", "LARGE"))
    for store in (small, large):
        store.save(force_insert=True)
    text, _made = ConsentText.objects.get_or_create(
        purpose="marketing", version=1, defaults={"text": "yes", "published_at": AT}
    )
    facts = {
        "members": members,
        "small": small.pk,
        "large": large.pk,
        "text": text.pk,
    }
    with connection.cursor() as cursor, without_key_checks():
        cursor.execute(statement("campaign_members"), facts)
    return CampaignWorld(members, small, draw_coupon(), write_letter())


def draw_coupon() -> TemplateVersion:
    """¥10 off over ¥50, for thirty days."""
    template = CouponTemplate(
        code="bench", kind="amount_off", name_en="Bench", amount=1000, min_spend=5000
    )
    coupons_services.save_template(template=template, by=by_bench(), at=AT)
    return coupons_services.publish_terms(template=template, by=by_bench(), at=AT)


def write_letter() -> MessageTemplateVersion:
    """It names the coupon and its last day."""
    body = "{{ member }}: {{ coupon }} is yours until {{ until }}."
    return messaging_services.publish_template(
        code="bench",
        name="Bench",
        purpose="marketing",
        values={"coupon": "text", "until": "date"},
        words=[
            Words(
                channel="email",
                language=language,
                subject="For {{ member }}",
                body=body,
                html=f"<h1>{{{{ brand }}}}</h1><p>{body}</p>",
            )
            for language in LANGUAGES
        ],
        by=by_bench(),
        at=AT,
    )


def campaign(
    world: CampaignWorld, name: str, *, store: Store | None = None
) -> Campaign:
    """Started: a coupon, then the letter that tells of it; nobody is held out."""
    made = campaigns_services.save_campaign(
        campaign=Campaign(
            kind=CampaignKind.ONE_OFF,
            name=name,
            entry=EntryRule.ONCE,
            store=store,
            holdout_bp=0,
            global_holdout=False,
        ),
        steps=[
            CampaignStep(kind=StepKind.GIFT, coupon_template=world.terms.template),
            CampaignStep(
                kind=StepKind.MESSAGE, template=world.words.template, channels=["email"]
            ),
        ],
        by=by_bench(),
        at=AT,
    )
    return campaigns_services.start_campaign(
        campaign_id=made.pk,
        reason="bench",
        by=by_bench(),
        at=AT,
        means_everybody=True,
    )
