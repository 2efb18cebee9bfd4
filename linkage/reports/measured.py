"""What was measured about encodings: how far attacks came that were really run, in words for those who know no code."""

from collections.abc import Iterator
from typing import Any

from linkage.reports.dossier import Dossier
from linkage.reports.report import Section, Table

VERDICTS = {
    "falls": "someone with a register learns who is behind some of the encodings",
    "leaks": "an attack did better than blind guesses: the encodings say more than they should",
    "inconclusive": "nothing follows: the attacks did not even succeed on plain encodings of the same records",
    "withstands": "attacks that succeed on plain encodings of the same records did no better than blind guesses",
}
_ATTACKS = {
    "graph-matching": "who resembles whom among the encodings is laid over who resembles whom in a register",
    "graph-matching-known": "the same, beginning with some persons who are known already",
    "agreement-counts": "how much an encoding has in common with those of persons who are known already",
    "popcount": "long names leave more marks in an encoding than short ones",
    "repeated-encodings": "encodings that occur as often as a person in a register",
    "patterns": "marks that often come together are taken for frequent names",
    "relations": "a few names that come with a few places, told by which records have the same in common",
    "dictionary": "the register is encoded with the secret, and the same encodings are looked for",
}
_LEGEND = {
    "withstands": "'withstands': it came no further than blind guesses, and comes further where nothing is hardened",
    "leaks": "'leaks': it came further than blind guesses",
    "falls": "'falls': it found the right person behind more than one record in twenty",
    "inconclusive": "'inconclusive': it does not succeed where nothing is hardened either, so nothing follows",
    "expected": "'expected': whoever has the secret finds out everybody, whatever the encoding",
}


def measured(dossier: Dossier, missing: str | None) -> Iterator[Section]:
    """Yield what was measured about encodings by the agreed schema: how far attacks came."""
    basis = "Art. 35(7)(c) GDPR; measured by 'counterfoil assess'"
    attacked = [found for found in dossier.assessments if "verdict" in found]
    if not attacked:
        yield Section("What someone with a register could learn", basis, [f"Unknown: {missing}."])
    for found in attacked:
        count = found.get("rows", "?")
        rows = f"{count:,}" if isinstance(count, int) else str(count)
        same = found.get("schema_digest") == dossier.agreement.linkage_schema.digest
        verdict = str(found.get("verdict", "unknown"))
        findings = [each for each in _list(found.get("findings")) if isinstance(each, dict)]
        yield Section(
            "What someone with a register could learn",
            basis,
            [
                f"Schema {found.get('schema', '?')}{'' if same else ' (NOT the agreed one)'}, tried on "
                f"{rows} records of {found.get('data', '?')}. Verdict: {verdict}"
                + (f": {VERDICTS[verdict]}." if verdict in VERDICTS else "."),
                "The table gives the share of records behind which the right person was found, and in brackets how far "
                "chance may have moved it (95 %). Beside it stands what the same attack did to encodings that are not "
                "hardened: of the same fields, and of the usual kind (CLK). " + _legend(findings),
            ],
            [f"Not tried: {each}." for each in _list(found.get("not_tried"))],
            [
                Table(
                    "Attacks that were really run",
                    ("attack", "needs", "found out", "not hardened", "usual kind, not hardened", "verdict"),
                    [
                        (
                            _attack(str(each.get("attack", ""))),
                            str(each.get("needs", "")),
                            _share(each.get("encodings")),
                            _share(each.get("control")),
                            _share(each.get("usual_clk")),
                            str(each.get("verdict", "")),
                        )
                        for each in findings
                    ],
                )
            ],
        )


def _attack(name: str) -> str:
    return f"{name}: {_ATTACKS[name]}" if name in _ATTACKS else name


def _legend(findings: list[dict[str, Any]]) -> str:
    """Return what the verdicts that occur mean."""
    present = {str(each.get("verdict", "")) for each in findings}
    told = [words for verdict, words in _LEGEND.items() if verdict in present]
    return f"{'; '.join(told)}." if told else ""


def _share(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("share"), int | float):
        return "?"
    text = f"{value['share']:.1%}"
    low, high = value.get("low"), value.get("high")
    return f"{text} ({low:.1%} to {high:.1%})" if isinstance(low, float) and isinstance(high, float) else text


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
