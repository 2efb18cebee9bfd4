"""A consistent agreement of three agencies and a host, with the keys of all of them."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from linkage.agreement import Agreement, SignedAgreement
from linkage.identity import Identity
from linkage.sealing import SealingKey

TEMPLATE = Path(__file__).parents[2] / "configs" / "agreements" / "three-countries.json"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AGENCIES = ("atl", "bor", "cyr")
HOST = "host"


class Keys(NamedTuple):
    """What one organisation holds."""

    root: Identity
    sealing: SealingKey


@cache
def keys(name: str) -> Keys:
    """The keys of `name`, the same in the whole test run."""
    return Keys(Identity.new(name), SealingKey.new(name))


def document(**changes: Any) -> dict[str, Any]:
    """The agreement as JSON-like data, top-level keys changed."""
    found: dict[str, Any] = json.loads(TEMPLATE.read_bytes())
    for organisation in [*found["parties"], found["host"]]:
        own = keys(organisation.get("agency", HOST))
        organisation["root_key"] = own.root.public.key_text
        organisation["sealing_key"] = own.sealing.public.key_text
    found["linkage_schema"] |= {"name": "person", "digest": "sha256:" + "1a" * 32}
    found |= {"valid_from": "2026-11-01T00:00:00Z", "valid_until": "2027-11-01T00:00:00Z"}
    return found | changes


def agreement(**changes: Any) -> Agreement:
    """The agreement, top-level keys changed."""
    return Agreement.model_validate(document(**changes))


def signed(text: Agreement | None = None, names: tuple[str, ...] = (*AGENCIES, HOST)) -> SignedAgreement:
    """The agreement, signed by `names`."""
    found = SignedAgreement.signed_first(text or agreement(), keys(names[0]).root)
    for name in names[1:]:
        found = found.signed_also(keys(name).root)
    return found
