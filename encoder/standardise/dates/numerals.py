"""Numbers that are written without decimal digits: Chinese and Ethiopic numerals, put into decimal digits."""

import re

_CHINESE_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "元": 1,
    "正": 1,
}
_CHINESE_TENS = {"十": 10, "廿": 20, "卅": 30}
_CHINESE = re.compile(r"[〇零一二三四五六七八九十廿卅]+(?=[年月日号號岁歲歳])|元(?=[年./-])|正(?=月)")
_ETHIOPIC = re.compile(r"[፩-፼]+")


def with_decimal_digits(text: str) -> str:
    """Return `text` with its Chinese numerals ahead of a unit (年, 月, 日) and all Ethiopic numerals in digits."""
    text = _CHINESE.sub(lambda found: str(_chinese(found[0])), text)
    return _ETHIOPIC.sub(lambda found: f" {_ethiopic(found[0])} ", text)


def _chinese(numeral: str) -> int:
    """Return 1976 for 一九七六 and 31 for 三十一 or 卅一."""
    if not any(character in _CHINESE_TENS for character in numeral):
        return int("".join(str(_CHINESE_DIGITS[character]) for character in numeral))
    total = digit = 0
    for character in numeral:
        if character in _CHINESE_TENS:
            total += _CHINESE_TENS[character] * (digit or 1)
            digit = 0
        else:
            digit = _CHINESE_DIGITS[character]
    return total + digit


def _ethiopic(numeral: str) -> int:
    """Return 1968 for ፲፱፻፷፰: pairs of tens and ones, each but the last followed by ፻ (100) or ፼ (10,000)."""
    total = group = 0
    for character in numeral:
        place = ord(character) - 0x1369
        if place < 9:  # noqa: PLR2004 - ፩ to ፱
            group += place + 1
        elif place < 18:  # noqa: PLR2004 - ፲ to ፺
            group += 10 * (place - 8)
        else:
            total = (total + (group or 1)) * (100 if place == 18 else 10_000)  # noqa: PLR2004
            group = 0
    return total + group
