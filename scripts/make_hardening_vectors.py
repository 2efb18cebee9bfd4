"""Write tests/vectors/hardening.json: golden encodings of every hardening step, of salts and weights, in many scripts.

The names are those of tests/vectors/clk.json. No other software makes these encodings, so the plain form
(encoder.reference) does. The file holds the bits still: what changes it changes what agencies exchange.
Run: uv run python scripts/make_hardening_vectors.py
"""

import base64
import json
from pathlib import Path
from typing import Any

from encoder.hardening import SEED_BYTES
from encoder.reference import encode_record
from linkage import load_schema

FOLDER = Path(__file__).parent.parent / "tests" / "vectors"
TARGET = FOLDER / "hardening.json"
SECRET = "golden vectors are no secret"  # noqa: S105

STEPS: dict[str, list[dict[str, Any]]] = {
    "saul": [{"step": "saul", "repetitions": 3, "bits": 256}],
    "saul-as-by-default": [{"step": "saul"}],
    "balance": [{"step": "balance"}],
    "fold": [{"step": "fold", "times": 2}],
    "rule90": [{"step": "rule90", "rounds": 3}],
    "permute": [{"step": "permute"}],
    "diffuse": [{"step": "diffuse", "taps": 5, "bits": 320}],
    "blip": [{"step": "blip", "flip": 0.05}],
    "saul-then-all-others": [
        {"step": "saul", "repetitions": 2, "bits": 128},
        {"step": "permute"},
        {"step": "rule90"},
        {"step": "balance"},
        {"step": "fold"},
        {"step": "diffuse", "taps": 3},
    ],
    "saul-then-blip": [{"step": "saul", "repetitions": 2, "bits": 128}, {"step": "blip", "flip": 0.25}],
    "minhash": [{"step": "minhash", "components": 3, "symbols": 64}],
    "minhash-as-by-default": [{"step": "minhash"}],
}
LONG = ("saul-as-by-default", "minhash-as-by-default")  # some kilobytes each, so of few rows
SALTED: dict[str, list[dict[str, Any]]] = {
    "salt": [],
    "salt-then-saul": STEPS["saul"],
    "salt-then-minhash": STEPS["minhash"],
}
WEIGHED: dict[str, list[dict[str, Any]]] = {
    "frequency-weights": [],
    "frequency-weights-then-saul": STEPS["saul"],
    "frequency-weights-then-minhash": STEPS["minhash"],
}
COMMON = {
    "name": {"10": ["na", "مح"], "35": [" M", "er"], "70": ["زه", "王小", "Mü"]},
    "year": {"45": ["1970", "1973", "1985"]},
}


def document(*, salted: bool = False, weighed: bool = False) -> dict[str, Any]:
    """Return a schema of one name and one year, the name perhaps salted by the year, or common tokens weighing less."""
    bigrams: dict[str, Any] = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 60}}
    if salted:
        bigrams["salt"] = "year"
    exact: dict[str, Any] = {"comparison": {"type": "exact"}, "strategy": {"bitsPerToken": 10}}
    if weighed:
        for hashing, percent in zip((bigrams, exact), COMMON.values(), strict=True):
            hashing["strategy"]["frequencyWeights"] = {"source": "golden vectors", "percent": percent}
    name = {"identifier": "name", "format": {"type": "string"}, "hashing": bigrams}
    year = {"identifier": "year", "format": {"type": "integer"}, "hashing": exact}
    config = {"l": 256, "kdf": {"type": "HKDF", "info": "aGFyZGVuaW5n"}}
    return {"version": "counterfoil/1", "clkConfig": config, "features": [name, year]}


def cases() -> list[dict[str, Any]]:
    """Return name, schema and rows of every case."""
    plain = json.loads((FOLDER / "clk.json").read_text(encoding="utf-8"))["cases"]
    names = [row[0] for case in plain if case["name"].startswith("names-") for row in case["rows"]]
    rows = [[name, str(1970 + place)] for place, name in enumerate(names)]
    rows.append(["", "1999"])
    found = [
        {
            "name": name,
            "schema": document() | {"hardening": steps},
            "rows": rows[::6] if name in LONG else rows,
        }
        for name, steps in STEPS.items()
    ]
    for name, steps in SALTED.items():
        found.append({"name": name, "schema": document(salted=True) | {"hardening": steps}, "rows": rows})
    for name, steps in WEIGHED.items():
        found.append({"name": name, "schema": document(weighed=True) | {"hardening": steps}, "rows": rows})
    return found


def noise_of(row: int) -> bytes:
    """Return the seed of the noise of a row, counted from 0."""
    return row.to_bytes(SEED_BYTES, "big")


def main() -> None:
    """Write the file."""
    written = cases()
    for case in written:
        schema = load_schema(case["schema"])
        case["expect"] = [
            base64.b64encode(encode_record(row, schema, SECRET, noise_of(number)).tobytes()).decode()
            for number, row in enumerate(case["rows"])
        ]
    content = {
        "expect": "base64 of the encoding of each row, by the fast form and by the plain one; the seed of a row's "
        "noise is its number, counted from 0, in 16 bytes, the most significant first",
        "made_by": "scripts/make_hardening_vectors.py with encoder.reference",
        "secret": SECRET,
        "cases": written,
    }
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(written)} cases, {sum(len(case['rows']) for case in written)} rows")


if __name__ == "__main__":
    main()
