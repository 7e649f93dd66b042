"""Invented people whose names are as common as names are."""

import random
from datetime import date
from itertools import accumulate

# Surname and how many of a thousand bear it.
SURNAMES = (
    ("王", 72), ("李", 70), ("张", 68), ("刘", 52), ("陈", 46), ("杨", 31), ("黄", 23),
    ("赵", 21), ("吴", 20), ("周", 20), ("徐", 15), ("孙", 14), ("马", 13), ("朱", 13),
    ("胡", 12), ("郭", 12), ("何", 12), ("林", 12), ("罗", 9), ("高", 9), ("郑", 9),
    ("梁", 8), ("谢", 7), ("宋", 7), ("唐", 7), ("许", 7), ("邓", 6), ("冯", 6),
    ("韩", 6), ("曹", 6), ("曾", 5), ("彭", 5), ("萧", 5), ("蔡", 5), ("潘", 5),
    ("田", 5), ("董", 5), ("袁", 4), ("于", 4), ("余", 4), ("叶", 4), ("蒋", 4),
    ("杜", 4), ("苏", 4), ("魏", 4), ("程", 4), ("吕", 4), ("丁", 3), ("沈", 3),
    ("任", 3), ("姚", 3), ("卢", 3), ("钟", 3), ("陆", 3), ("欧阳", 1), ("上官", 1),
)  # fmt: skip
BORNE = tuple(name for name, _weight in SURNAMES)
BY_WEIGHT = tuple(accumulate(weight for _name, weight in SURNAMES))
# Of those born until about 1980, then until 2000, then later.
WOMEN = (
    ("秀英", "桂兰", "丽华", "玉梅", "美玲", "淑珍", "建华", "红霞", "爱萍", "雅琴"),
    (
        "静",
        "丽",
        "婷",
        "燕",
        "雪梅",
        "晓燕",
        "佳怡",
        "文静",
        "海燕",
        "思琪",
        "璐",
        "敏",
    ),
    ("梓涵", "雨桐", "欣怡", "诗涵", "可馨", "若曦", "语嫣", "一诺", "子萱", "芷若"),
)
MEN = (
    ("建国", "志强", "国华", "明辉", "永强", "德胜", "卫东", "大伟", "金龙", "世杰"),
    (
        "伟",
        "磊",
        "涛",
        "浩然",
        "俊杰",
        "志远",
        "晓东",
        "鹏",
        "宇航",
        "思远",
        "杰",
        "凯",
    ),
    ("子轩", "浩宇", "宇轩", "梓睿", "奕辰", "一鸣", "俊熙", "博文", "嘉豪", "天佑"),
)
MIDDLE = "家嘉子文晓小海思雨明志建美佳天宇俊雅慧玉"
FOREIGN = ("Emma Martin", "James Lee", "Sofia Rossi", "Kenji Sato", "Anna Müller")


def invent(dice: random.Random, *, gender: str, born: int) -> str:
    """A name that somebody of this gender and year could have."""
    if dice.random() < 0.008:
        return dice.choice(FOREIGN)
    surname = dice.choices(BORNE, cum_weights=BY_WEIGHT)[0]
    given = (WOMEN if gender == "female" else MEN)[(born > 1980) + (born > 2000)]
    name = dice.choice(given)
    if len(name) == 1 and dice.random() < 0.5:
        name = dice.choice(MIDDLE) + name
    return surname + name


def salutation(name: str, gender: str) -> str:
    """How somebody is addressed at the counter."""
    if name.isascii() or " " in name:
        return ""
    surname = name[:2] if name[:2] in {"欧阳", "上官"} else name[:1]
    return surname + ("女士" if gender == "female" else "先生")


def year_of_birth(dice: random.Random, *, today: date) -> int:
    """Most guests are between thirty and fifty."""
    age = min(82, max(18, round(dice.gauss(39, 12))))
    return today.year - age
