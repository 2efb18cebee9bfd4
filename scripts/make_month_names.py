"""Write encoder/standardise/dates/month_names.json: the names of months in CLDR, as the ICU behind PyICU has them.

Needs PyICU, which nothing else of the project needs: install it in an environment of its own. The file was made with
PyICU 2.17 and ICU 72.1 (CLDR 42).
"""

import json
import unicodedata
from pathlib import Path

import icu  # type: ignore[import-not-found]  # a tool of this script only

TARGET = Path(__file__).parent.parent / "encoder" / "standardise" / "dates" / "month_names.json"
ALL = """
    en fr es pt de de_AT it nl sv da nb is fi et lv lt pl cs sk sl hr sr sr_Latn bs mk bg ru uk be ro hu el tr az kk ky
    uz tg tk mn hy ka sq ca gl eu cy ga mt af sw so ha zu id ms fil vi th lo km my hi ne mr gu pa ta te kn ml si bn as
    or ur fa fa_AF ps ckb ku ar ar_MA ar_DZ ar_IQ ar_SY ar_LB he am ug tt sd
"""
HIJRI = "en fr de es it nl ru uk tr az id ms ar fa ps ur ckb he hi bn uz sq bs sw"
LANGUAGES = {
    "gregorian": ("gregorian", ALL),
    "hijri": ("islamic", HIJRI),
    "jalali": ("persian", "en fr de fa fa_AF ps tr uz ckb"),
    "ethiopian": ("ethiopic", "en fr am"),
    "hebrew": ("hebrew", "en fr de he"),
    "indian": ("indian", "en hi ne"),
}
"""Per key of the table: the calendar in CLDR, and the languages that have names of their own for its months."""


def names(calendar: str, languages: str) -> list[list[str]]:
    """Return the distinct names of each month, in lower case."""
    kinds = icu.DateFormatSymbols
    found: list[list[str]] = []
    for language in languages.split():
        symbols = icu.SimpleDateFormat("MMMM", icu.Locale(f"{language}@calendar={calendar}")).getDateFormatSymbols()
        for context in (kinds.FORMAT, kinds.STANDALONE):
            for width in (kinds.WIDE, kinds.ABBREVIATED):
                listed = symbols.getMonths(context, width)
                found.extend([] for _ in range(len(found), len(listed)))
                for month, name in enumerate(listed):
                    plain = unicodedata.normalize("NFC", name.casefold()).strip(". ")
                    # Numbers stand where a language has no names; two letters of a rarer calendar are too few.
                    least = 1 if calendar == "gregorian" else 2
                    if len(plain) > least and not any(character.isdigit() for character in plain):
                        found[month].append(plain)
    return [sorted(set(month)) for month in found]


if __name__ == "__main__":
    table = {key: names(*calendar) for key, calendar in LANGUAGES.items()}
    lines = ",\n".join(
        f' "{key}": [\n' + ",\n".join("  " + json.dumps(month, ensure_ascii=False) for month in months) + "\n ]"
        for key, months in table.items()
    )
    TARGET.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
