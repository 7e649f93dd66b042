"""How signs are read in Chinese names, where a dictionary's first reading misleads."""

from typing import Final

# At the head of a name: read as the surname is.
SURNAMES: Final = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "朴": "piao",
    "查": "zha", "盖": "ge", "翟": "zhai", "缪": "miao", "覃": "qin", "折": "she",
    "种": "chong", "洗": "xian", "乐": "yue", "员": "yun", "隗": "wei", "阚": "kan",
    "召": "shao", "能": "nai", "繁": "po", "句": "gou",
    "黑": "he", "秘": "bi", "薄": "bo",
    "卜": "bu", "都": "du", "藏": "zang", "郇": "xun", "重": "chong", "长": "chang",
    "参": "shen", "祭": "zhai", "佴": "nai", "么": "yao",
}  # fmt: skip

# Surnames of two signs that are read otherwise together.
COMPOUND_SURNAMES: Final = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "单于": ("chan", "yu"),
    "令狐": ("ling", "hu"),
    "澹台": ("tan", "tai"),
    "宿勤": ("su", "qin"),
}

# Anywhere else in a name: the usual reading first, then the one that is also typed.
OTHERWISE: Final = {
    "曾": ("ceng", "zeng"), "单": ("dan", "shan"), "乐": ("le", "yue"),
    "重": ("chong", "zhong"), "长": ("chang", "zhang"), "行": ("xing", "hang"),
    "朝": ("chao", "zhao"), "晟": ("sheng", "cheng"), "茜": ("qian", "xi"),
    "盛": ("sheng", "cheng"), "贾": ("jia", "gu"), "翟": ("zhai", "di"),
    "柏": ("bai", "bo"), "传": ("chuan", "zhuan"), "都": ("du", "dou"),
    "参": ("shen", "can"), "露": ("lu", "lou"), "莎": ("sha", "suo"),
    "藏": ("cang", "zang"), "省": ("sheng", "xing"), "缪": ("miao", "mou"),
    "牟": ("mou", "mu"), "覃": ("qin", "tan"),
    "沈": ("shen", "chen"), "区": ("qu", "ou"),
    "仇": ("qiu", "chou"), "查": ("zha", "cha"), "盖": ("ge", "gai"),
    "解": ("xie", "jie"), "折": ("she", "zhe"),
    "隗": ("wei", "kui"), "宓": ("mi", "fu"),
    "尉": ("wei", "yu"), "车": ("che", "ju"), "叶": ("ye", "xie"), "秘": ("mi", "bi"),
    "卜": ("bu", "bo"), "费": ("fei", "bi"),
    "率": ("shuai", "lv"), "琢": ("zhuo", "zuo"),
    "蔚": ("wei", "yu"), "朴": ("piao", "pu"), "娜": ("na", "nuo"), "俞": ("yu", "shu"),
    "谷": ("gu", "yu"), "六": ("liu", "lu"), "阿": ("a", "e"), "弹": ("dan", "tan"),
    "调": ("diao", "tiao"), "降": ("jiang", "xiang"), "殷": ("yin", "yan"),
    "还": ("huan", "hai"), "合": ("he", "ge"), "辟": ("bi", "pi"),
}  # fmt: skip
