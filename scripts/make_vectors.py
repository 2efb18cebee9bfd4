"""Write tests/vectors/clk.json: golden encodings in many scripts, made by clkhash itself.

The file's `expect` says what every implementation must give; it changes only when this script does.
Run: uv run python scripts/make_vectors.py
"""

import copy
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clkhash.clk import generate_clks
from clkhash.schema import from_json_dict
from clkhash.serialization import serialize_bitarray

TARGET = Path(__file__).parent.parent / "tests" / "vectors" / "clk.json"
SECRET = "golden vectors are no secret"  # noqa: S105

NAMES = {
    "latin": ["Ana Müller", "O'Brien-Søndergård", "ŁUKASZ ŻÓŁĆ", "Nguyễn Thị Minh Khai"],
    "cyrillic": ["Наталья Щербакова", "Олексій Ґудзь"],
    "greek": ["Αλέξανδρος Παπαδόπουλος"],
    "arabic": ["محمد عبد الرحمن", "فاطمة الزهراء"],
    "persian": ["زهرا محمدی‌نژاد"],
    "hebrew": ["רחל כהן"],
    "armenian": ["Անահիտ Պետրոսյան"],
    "georgian": ["ნინო ბერიძე"],
    "devanagari": ["प्रिया शर्मा"],
    "bengali": ["রহিমা বেগম"],
    "tamil": ["கவிதா"],
    "thai": ["สมหญิง ใจดี"],
    "khmer": ["សុខា"],
    "burmese": ["အောင်ဆန်း"],
    "ethiopic": ["አበበ በቀለ"],
    "chinese": ["王小明", "歐陽娜娜"],
    "japanese": ["さくら 田中", "タナカ"],
    "korean": ["김민준"],
    "beyond-the-basic-plane": ["𠮷野家", "a\U0001f600b"],
    "composed-and-decomposed": ["é", "e\u0301"],
}


def feature(identifier: str, format_: dict[str, Any], comparison: dict[str, Any], **hashing: Any) -> dict[str, Any]:
    """Return one feature of a version 3 document."""
    hashing = {"comparison": comparison, "strategy": {"bitsPerToken": 10}} | hashing
    return {"identifier": identifier, "format": format_, "hashing": hashing}


def document(*features: dict[str, Any], **config: Any) -> dict[str, Any]:
    """Return a version 3 document."""
    return {"version": 3, "clkConfig": {"l": 256, "kdf": {"type": "HKDF"}} | config, "features": list(features)}


def cases() -> list[dict[str, Any]]:
    """Return name, schema and rows of every case."""
    text = {"type": "string"}
    bigrams = {"type": "ngram", "n": 2}
    found = [
        {
            "name": f"names-{script}",
            "schema": document(feature("name", text, bigrams)),
            "rows": [[name] for name in names],
        }
        for script, names in NAMES.items()
    ]
    mixed = [names[0] for names in NAMES.values()]
    found += [
        {
            "name": f"encoding-{encoding}",
            "schema": document(feature("name", {"type": "string", "encoding": encoding}, bigrams)),
            "rows": [[name] for name in mixed],
        }
        for encoding in ("utf-16", "utf-32")
    ]
    whole = document(
        feature("id", text, bigrams) | {"ignored": True},
        feature("name", text, {"type": "ngram", "n": 3}, strategy={"bitsPerFeature": 90}),
        feature("born", {"type": "date", "format": "%Y-%m-%d"}, {"type": "ngram", "n": 1, "positional": True}),
        feature("sex", {"type": "enum", "values": ["F", "M", "X"]}, {"type": "exact"}, strategy={"bitsPerToken": 40}),
        feature(
            "height",
            {"type": "integer", "minimum": 0},
            {"type": "numeric", "thresholdDistance": 5, "resolution": 3},
            missingValue={"sentinel": "?", "replaceWith": "170"},
        ),
        kdf={"type": "HKDF", "hash": "SHA512", "salt": "c2FsdA==", "info": "aW5mbw==", "keySize": 32},
        xor_folds=1,
    )
    heights = ["160", "+161", " 162 ", "?"]
    born = ["1931-01-01", "2001-12-31", "1999-02-28", "1000-10-10"]
    rows = [["x", name, born[i % 4], "FMX"[i % 3], heights[i % 4]] for i, name in enumerate(mixed)]
    found.append({"name": "every-format-folded", "schema": whole, "rows": rows})
    double = {"type": "doubleHash", "prevent_singularity": True}
    found.append(
        {
            "name": "double-hash-of-odd-length",
            "schema": document(
                feature("name", text, {"type": "ngram", "n": 4, "positional": True}, hash=double), l=1001
            ),
            "rows": [[name] for name in mixed],
        }
    )
    return found


def main() -> None:
    """Write the file."""
    written = cases()
    for case in written:
        schema = from_json_dict(copy.deepcopy(case["schema"]))
        case["expect"] = [
            serialize_bitarray(bits) for bits in generate_clks(case["rows"], schema, SECRET, max_workers=1)
        ]
    content = {
        "expect": "base64 of the encoding of each row, by every engine and by the plain reference",
        "made_by": f"scripts/make_vectors.py with clkhash {version('clkhash')}",
        "secret": SECRET,
        "cases": written,
    }
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(written)} cases, {sum(len(case['rows']) for case in written)} rows")


if __name__ == "__main__":
    main()
