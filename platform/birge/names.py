"""Names as they sound, so that one person, firm or bank is found in whichever letters somebody wrote it."""

from __future__ import annotations

import re

SHORTEST = 4  # shorter words are too common to say anything in a bank's free text
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "э": "e", "ж": "j", "з": "z",
    "и": "i", "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": "", "ы": "i", "ь": "", "ю": "u", "я": "a",
}  # fmt: skip
_SPELLINGS = {
    "dzh": "j", "zh": "j", "dj": "j", "kh": "h", "shch": "sh", "yu": "u", "iu": "u", "ya": "a", "ia": "a", "yo": "e",
    "ng": "n", "y": "i", "q": "k", "w": "v",
}  # fmt: skip


def name_parts(name: str, shortest: int = SHORTEST) -> set[str]:
    """Return the words of a name as they sound, so that Жумабекова and Zhumabekova are one.

    Words of fewer than `shortest` letters are left out.
    """
    parts = set()
    for word in re.findall(r"[^\W\d_']+", name.casefold()):
        sound = "".join(_CYRILLIC.get(char, char) for char in word)
        for spelling, plain in _SPELLINGS.items():
            sound = sound.replace(spelling, plain)
        sound = re.sub(r"(.)\1+", r"\1", sound)
        if len(sound) >= shortest:
            parts.add(sound)
    return parts
