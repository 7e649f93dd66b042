"""What the columns of a file may be called, and which are needed for what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imports.errors import ColumnsRefused


@dataclass(frozen=True, slots=True)
class Column:
    """One of our columns: how it is called here, and what others call it."""

    word: str
    label: Promise
    aliases: str

    @property
    def names(self) -> list[str]:
        """Every name that a header is known by, folded."""
        names = (self.word, *self.aliases.split("|"))
        return list(dict.fromkeys(folded(name) for name in names))


COLUMNS: Final = (
    Column(
        "member",
        _("member’s reference"),
        "customer|customer id|customer no|member id|member no|member number"
        "|reference|external id|id|会员号|会员编号|会员id|会员卡号|客户"
        "|客户编号|顾客|顾客编号|编号|會員號|會員編號|會員id|會員卡號|客戶"
        "|客戶編號|顧客編號|編號",
    ),
    Column(
        "phone",
        _("phone"),
        "mobile|mobile phone|cell|tel|telephone|手机|手机号|手机号码|电话"
        "|联系电话|手機|手機號|手機號碼|電話|聯絡電話|行動電話",
    ),
    Column(
        "name",
        _("name"),
        "member name|customer name|full name|姓名|会员姓名|客户姓名|名字|名称"
        "|會員姓名|客戶姓名|名稱",
    ),
    Column(
        "email",
        _("e-mail"),
        "e-mail|mail|邮箱|电子邮箱|电子邮件|電子郵件|信箱",
    ),
    Column(
        "salutation",
        _("salutation"),
        "title|称呼|尊称|稱呼|尊稱",
    ),
    Column(
        "gender",
        _("gender"),
        "sex|性别|性別",
    ),
    Column(
        "birthday",
        _("birthday"),
        "birth date|date of birth|dob|生日|出生日期|会员生日",
    ),
    Column(
        "lunar",
        _("lunar birthday"),
        "lunar birthday|农历|农历生日|農曆|農曆生日",
    ),
    Column(
        "language",
        _("language"),
        "lang|语言|語言",
    ),
    Column(
        "store",
        _("store"),
        "home store|shop|branch|门店|所属门店|店铺|开卡门店|消费门店|门店编号"
        "|門市|所屬門市|分店|門市編號",
    ),
    Column(
        "joined",
        _("joined on"),
        "joined at|joined on|member since|registered|registration date|入会日期"
        "|入会时间|注册日期|注册时间|开卡日期|开卡时间|办卡日期|入會日期"
        "|入會時間|註冊日期|開卡日期",
    ),
    Column(
        "principal",
        _("principal"),
        "balance|stored value|cash balance|本金|本金余额|储值|储值余额|余额"
        "|充值余额|卡余额|本金餘額|儲值|儲值餘額|餘額",
    ),
    Column(
        "bonus",
        _("bonus"),
        "bonus balance|gift balance|赠送金|赠送金额|赠送余额|赠金|贈送金"
        "|贈送金額|贈送餘額",
    ),
    Column(
        "bonus_expires",
        _("bonus expires on"),
        "bonus expires|bonus expiry|赠送金到期|赠送金有效期|赠金有效期"
        "|贈送金到期|贈送金有效期",
    ),
    Column(
        "points",
        _("points"),
        "points balance|积分|可用积分|积分余额|点数|點數|積分|可用點數|點數餘額",
    ),
    Column(
        "points_expires",
        _("points expire on"),
        "points expire|points expiry|积分到期|积分有效期|积分到期日|點數到期"
        "|點數有效期",
    ),
    Column(
        "growth",
        _("growth value"),
        "growth value|成长值|成長值",
    ),
    Column(
        "growth_expires",
        _("growth value expires on"),
        "growth expires|成长值到期|成长值有效期|成長值到期|成長值有效期",
    ),
    Column(
        "card",
        _("card number"),
        "card number|card no|卡号|实体卡号|卡面号|卡號|實體卡號",
    ),
    Column(
        "card_kind",
        _("card kind"),
        "card kind|card type|卡类型|卡種|卡种|卡類型",
    ),
    Column(
        "template",
        _("coupon template"),
        "coupon|coupon template|coupon code|券模板|券编码|优惠券|优惠券编码"
        "|券範本|優惠券|優惠券編碼",
    ),
    Column(
        "quantity",
        _("quantity"),
        "qty|count|pieces|数量|张数|件数|數量|張數|件數",
    ),
    Column(
        "uses_left",
        _("uses left"),
        "remaining uses|times left|剩余次数|剩餘次數",
    ),
    Column(
        "valid_until",
        _("valid until"),
        "valid to|expires|expires on|expiry|expiry date|有效期|有效期至|到期日"
        "|到期日期|截止日期|有效期限",
    ),
    Column(
        "date",
        _("date"),
        "day|sale date|purchase date|order date|transaction date|日期|消费日期"
        "|消费时间|交易日期|交易时间|下单时间|消費日期|消費時間|交易時間",
    ),
    Column(
        "amount",
        _("amount"),
        "total|sum|price|paid|amount paid|金额|消费金额|实付金额|实付|实收|金額"
        "|消費金額|實付金額|實收",
    ),
    Column(
        "bill",
        _("bill number"),
        "bill no|bill number|bill id|order no|order number|order id|receipt|receipt no"
        "|receipt number|receipt id|basket|basket id|invoice|invoice no"
        "|transaction id|ticket|ticket no"
        "|单号|订单号|账单号|小票号|流水号|單號|訂單號|帳單號|流水號",
    ),
    Column(
        "item",
        _("item"),
        "product|product name|article|goods|dish|description|商品|商品名称|菜品|菜名"
        "|品名|品項|商品名稱",
    ),
    Column(
        "store_code",
        _("store code"),
        "code|store|store id|store no|store number|shop|shop code|branch code|门店编号"
        "|门店编码|门店代码|店号|店铺编号|编号|編號|門市編號|門市代碼|店號|分店編號",
    ),
    Column(
        "store_name",
        _("store name"),
        "name|shop name|branch name|title|门店名称|门店|店名|店铺名称|名称|門市名稱"
        "|門市|分店名稱|名稱",
    ),
    Column(
        "time_zone",
        _("time zone"),
        "timezone|zone|时区|時區",
    ),
    Column(
        "day_starts",
        _("business day starts at"),
        "day starts at|day start|cut off|营业日开始|营业日起始时间|營業日開始",
    ),
    Column(
        "item_code",
        _("item number"),
        "sku|item code|item id|item no|product id|product code|product no|article no"
        "|plu|barcode|ean|upc|商品编码|商品编号|商品条码|条码|货号|菜品编码|菜品编号"
        "|商品編號|商品條碼|條碼|貨號|品號",
    ),
    Column(
        "category",
        _("category"),
        "department|product category|item category|commodity|分类|类别|品类"
        "|商品分类|商品类别|菜品分类|菜品类别|分類|類別|商品分類|商品類別",
    ),
    Column(
        "unit_price",
        _("unit price"),
        "price each|price per unit|单价|售价|單價|售價",
    ),
    Column(
        "bill_total",
        _("bill total"),
        "total of bill|receipt total|order total|order amount|basket total|账单金额"
        "|账单总额|订单金额|订单总额|小票金额|整单金额|帳單金額|帳單總額|訂單金額"
        "|訂單總額",
    ),
    Column(
        "till",
        _("till"),
        "register|pos|terminal|cash register|till no|收银台|收银机|收银机号|款台|机号"
        "|收銀台|收銀機|機號",
    ),
)
BY_WORD: Final = {column.word: column for column in COLUMNS}


def folded(name: str) -> str:
    """A header as it is compared: without case, spaces, dashes and brackets."""
    return "".join(
        character
        for character in name.strip().strip("\ufeff").casefold()
        if character.isalnum()
    )


def label(word: str) -> str:
    """What one of our columns is called where people read it."""
    column = BY_WORD.get(word)
    return str(column.label) if column else word


@dataclass(frozen=True, slots=True)
class Places:
    """Where each of our columns stands in the file, and what is not read at all."""

    at: Mapping[str, int]
    unread: Sequence[str]


def find_places(
    *,
    header: Sequence[str],
    wanted: Sequence[str],
    needed: Iterable[Sequence[str]],
    mapping: Mapping[str, str],
) -> Places:
    """Find our columns in a header: first those that were mapped, then by their names.

    `needed` are groups of which one column must be there. Raises ColumnsRefused.
    """
    at = _mapped(header, wanted, mapping)
    taken = set(at.values())
    for word in wanted:
        if word in at:
            continue
        names = BY_WORD[word].names
        found = [
            place
            for name in names
            for place, title in enumerate(header)
            if folded(title) == name and place not in taken
        ]
        if found:
            at[word] = found[0]
            taken.add(found[0])
    for group in needed:
        if not any(word in at for word in group):
            raise ColumnsRefused(
                "column_missing",
                _("No column for {wanted} was found. The columns are: {header}."),
                wanted=_any_of(group),
                header=_shown(header),
            )
    unread = [title for place, title in enumerate(header) if place not in taken]
    return Places(at, unread)


def _mapped(
    header: Sequence[str], wanted: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, int]:
    at: dict[str, int] = {}
    for title, word in mapping.items():
        if word not in wanted:
            raise ColumnsRefused(
                "unknown_column",
                _("{word} is no column of ours. Ours are: {ours}."),
                word=word,
                ours=", ".join(wanted),
            )
        places = [n for n, found in enumerate(header) if folded(found) == folded(title)]
        if not places:
            raise ColumnsRefused(
                "mapped_column_missing",
                _("The file has no column {title}. Its columns are: {header}."),
                title=title[:80],
                header=_shown(header),
            )
        if word in at:
            raise ColumnsRefused(
                "mapped_twice", _("Two columns were given for {word}."), word=word
            )
        at[word] = places[0]
    return at


def _any_of(words: Sequence[str]) -> Promise:
    return format_lazy(
        " / ".join("{}" for _word in words), *(BY_WORD[word].label for word in words)
    )


def _shown(header: Sequence[str]) -> str:
    """A header in a sentence: the first few, none of them endless."""
    short = [title[:30] for title in header[:12]]
    return ", ".join(short) + (" …" if len(header) > 12 else "")
