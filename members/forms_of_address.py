"""How a member is spoken to, at the counter and in letters."""

from typing import Final

from django.utils.translation import gettext as _

from .models import Member

SURNAMES_OF_TWO: Final = (
    "欧阳",
    "歐陽",
    "司马",
    "司馬",
    "上官",
    "诸葛",
    "諸葛",
    "皇甫",
)


def address(member: Member) -> str:
    """How a member is spoken to: `Ms Chen`, `陈女士`; else by the whole name."""
    name, title = member.name.strip(), member.salutation.strip()
    if not name:
        return title
    if not title:
        title = {
            str(Member.Gender.FEMALE): _("Ms %(surname)s"),
            str(Member.Gender.MALE): _("Mr %(surname)s"),
        }.get(member.gender, "")
        return title % {"surname": _surname(name)} if title else name
    surname = _surname(name)
    if surname in title:  # written as it is said: 陈先生
        return title
    return f"{surname}{title}" if _is_chinese(name) else f"{title} {surname}"


def _surname(name: str) -> str:
    """The family name: first in Chinese, last elsewhere."""
    if _is_chinese(name):
        return name[:2] if name.startswith(SURNAMES_OF_TWO) else name[:1]
    return name.split()[-1]


def _is_chinese(name: str) -> bool:
    return "\u3400" <= name[:1] <= "\u9fff"
