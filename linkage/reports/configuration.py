"""What an assessment was made for, and what is different now: drift."""

from collections.abc import Iterator
from typing import Any

from linkage.agreement import Agreement
from linkage.canonical import parse_json
from linkage.errors import LedgerError
from linkage.reports.dossier import Dossier

_NAME = "configuration"


def configuration(dossier: Dossier) -> dict[str, Any]:
    """Return what decides the risk: as JSON-like data that a later report is compared with."""
    return {
        "agreement": _agreed(dossier.agreement),
        "software": {used.name: used.digest or used.version for used in dossier.pack.software},
        "measured": {
            str(found["schema_digest"]): str(found.get("verdict", ""))
            for found in dossier.assessments
            if "schema_digest" in found
        },
    }


def read_configuration(content: bytes, name: str) -> dict[str, Any]:
    """Return the configuration in an earlier impact assessment, as ``--json`` printed it.

    Raises:
        LedgerError: it is another document; the message calls it `name`.
    """
    try:
        document = parse_json(content)
    except ValueError as error:
        raise LedgerError(f"{name}: {error}", code="ledger.report") from None
    found = document.get(_NAME) if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise LedgerError(
            f"{name}: not an impact assessment in JSON",
            code="ledger.report",
            hint="keep what 'counterfoil report impact-assessment PACK --json' printed when it was approved",
        )
    return found


def drift(now: dict[str, Any], former: dict[str, Any]) -> Iterator[str]:
    """Yield what is different from `former`, one sentence each."""
    yield from _differences("", former, now)


def unmeasured(dossier: Dossier) -> str | None:
    """Return that nothing was measured for the agreed schema, or None where something was."""
    agreed = dossier.agreement.linkage_schema
    measured = [found["schema_digest"] for found in dossier.assessments if "schema_digest" in found]
    if agreed.digest in measured:
        return None
    if measured:
        return f"what was measured is about another schema than the agreed one ({agreed.name}): measure that"
    return f"nothing was measured for the agreed schema ({agreed.name})"


def _agreed(agreement: Agreement) -> dict[str, Any]:
    """Return the terms of an agreement that decide the risk, and not those that identify the text."""
    document = agreement.document()
    parties = {
        party["agency"]: {name: party[name] for name in ("jurisdiction", "regime", "categories")}
        for party in document["parties"]
    }
    pairings = {
        f"{_side(found['left'])} with {_side(found['right'])}": {
            "legal_ground": found["legal_ground"],
            "review": found["review"],
        }
        for found in document["pairings"]
    }
    kept = ("purpose", "legal_basis", "linkage_schema", "key", "retention", "hit_shows", "quotas", "runs")
    host = {name: document["host"][name] for name in ("name", "jurisdiction", "regime")}
    return {"parties": parties, "pairings": pairings, "host": host, **{name: document[name] for name in kept}}


def _side(side: dict[str, str]) -> str:
    return f"{side['agency']} {side['category']}"


def _differences(place: str, former: Any, now: Any) -> Iterator[str]:
    if isinstance(former, dict) and isinstance(now, dict):
        for name in sorted({*former, *now}):
            inner = f"{place}: {name}" if place else name
            if name not in now:
                yield f"{inner}: is no longer there"
            elif name not in former:
                yield f"{inner}: is new"
            else:
                yield from _differences(inner, former[name], now[name])
    elif former != now:
        yield f"{place}: was {_plain(former)}, is {_plain(now)}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "nothing"
    return str(value)
