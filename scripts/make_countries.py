"""Write the names of countries: python scripts/make_countries.py NATIONALITIES_FOLDER.

Needs babel 2.18 (CLDR names, Unicode-3.0), pycountry 26.2 (LGPL; only the facts of ISO 3166-1 are taken: codes and
English names), and the `langs` folder of the npm package i18n-nationality 1.4.0 (demonyms, MIT). The product needs none
of them.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pycountry  # type: ignore[import-not-found]  # a tool of this script only
from babel import Locale  # type: ignore[import-not-found]  # a tool of this script only

TABLE = Path(__file__).parent.parent / "encoder" / "standardise" / "tables" / "countries.tsv"

LANGUAGES = """
af am ar az be bg bn bs ca cs da de el en es et fa fi fil fr gu ha he hi hr hu hy id it ja ka kk km kn ko ky lo lt lv
mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl so sq sr sr_Latn sv sw ta te tg th ti tk tr uk ur uz uz_Cyrl vi
yo zh zh_Hant zh_Hant_HK zu ig rw ckb ku bo ug
"""

# Babel has both the name in use and, for some, a short or a variant one; keys such as "TR-alt-variant".
NAMED = ("", "-alt-short", "-alt-variant")


def rows(nationalities: Path) -> list[str]:
    """Return one line per code: alpha-2, alpha-3, numeric, names, demonyms."""
    names = defaultdict[str, list[str]](list)
    for language in LANGUAGES.split():
        territories = Locale.parse(language).territories
        for key in territories:
            code, _, kind = str(key).partition("-")
            if f"-{kind}" in NAMED or not kind:
                names[code].append(territories[key])
    demonyms = defaultdict[str, list[str]](list)
    for path in sorted(nationalities.glob("*.json")):
        for code, words in json.loads(path.read_text(encoding="utf-8"))["nationalities"].items():
            demonyms[code].extend(words if isinstance(words, list) else [words])
    lines = []
    for country in sorted(pycountry.countries, key=lambda country: country.alpha_2):
        code = country.alpha_2
        official = [country.name, *(getattr(country, key, "") for key in ("official_name", "common_name"))]
        listed = dict.fromkeys(text.strip() for text in [*names[code], *official] if text.strip())
        called = dict.fromkeys(text.strip() for text in demonyms[code] if text.strip())
        lines.append("\t".join([code, country.alpha_3, country.numeric, " | ".join(listed), " | ".join(called)]))
    return lines


if __name__ == "__main__":
    head = (
        "# Made by scripts/make_countries.py; licences in LICENCES.md\n# alpha-2, alpha-3, numeric, names, demonyms\n"
    )
    TABLE.write_text(head + "\n".join(rows(Path(sys.argv[1]))) + "\n", encoding="utf-8", newline="\n")
    print(TABLE)
