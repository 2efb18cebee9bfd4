"""From a text that people wrote to an agreement that can be signed: keys, schema, dates and version filled in."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from linkage.agreement.model import Agreement
from linkage.agreement.signed import SignedAgreement
from linkage.errors import AgreementError
from linkage.identity import PublicIdentity
from linkage.problems import first_problem
from linkage.schema import Schema
from linkage.sealing import PublicSealingKey


def draft(
    text: Mapping[str, Any],
    *,
    keys: Iterable[PublicIdentity | PublicSealingKey] = (),
    schema: Schema | None = None,
    validity: tuple[str, str] | None = None,
    amended: SignedAgreement | None = None,
) -> Agreement:
    """Return `text` as an agreement, with what is given here in the places of what it lacks.

    Args:
        text: JSON-like data in the form of an agreement; keys, schema, dates and predecessor may be missing.
        keys: of the parties and the host, put in by the name that they bear.
        schema: the linkage schema, whose name and digest are put in.
        validity: first and last moment.
        amended: the version that this one follows.

    Raises:
        AgreementError: a key is of nobody whom the text names, or what results is not an agreement.
    """
    written, hosting = text.get("parties"), text.get("host")
    if not isinstance(written, list) or not all(isinstance(found, dict) for found in (*written, hosting)):
        raise AgreementError("parties must be a list of objects, and host an object")
    parties, host = [dict(party) for party in written], dict(hosting or {})
    for key in keys:
        named = [
            *(party for party in parties if party.get("agency") == key.agency),
            *([host] if host.get("name") == key.agency else []),
        ]
        if not named:
            raise AgreementError(
                f"a key of {key.agency} was given, whom the text does not name", code="agreement.stranger"
            )
        for organisation in named:
            organisation["root_key" if isinstance(key, PublicIdentity) else "sealing_key"] = key.key_text
    whole = {**text, "parties": parties, "host": host}
    if schema is not None:
        agreed = whole.get("linkage_schema")
        whole["linkage_schema"] = {**(agreed if isinstance(agreed, Mapping) else {}), **_reference(schema)}
    if validity is not None:
        whole["valid_from"], whole["valid_until"] = validity
    if amended is not None:
        whole |= {"version": amended.agreement.version + 1, "predecessor": amended.digest}
    try:
        return Agreement.model_validate(whole)
    except ValidationError as error:
        raise AgreementError(
            first_problem(error), hint="keys are put in by --key, the schema by --schema, the dates by --valid-from"
        ) from None


def weaker_than_agreed(agreement: Agreement, schema: Schema) -> tuple[str, ...]:
    """Return in what `schema` is not the agreed one or has less hardening than agreed, one sentence each."""
    reasons = []
    if schema.digest != agreement.linkage_schema.digest:
        reasons.append("the schema is not the one that the agreement names by its digest")
    steps: list[dict[str, Any]] = schema.document().get("hardening", [])
    for needed in agreement.linkage_schema.minimum_hardening:
        named = [step for step in steps if step.get("step") == needed.step]
        if not named:
            reasons.append(f"the schema has no hardening step {needed.step}")
        reasons += [
            f"the hardening step {needed.step} has less than {least} {name}"
            for step in named
            for name, least in needed.at_least.items()
            if step.get(name, 0) < least
        ]
    return tuple(reasons)


def _reference(schema: Schema) -> dict[str, str]:
    return {"name": schema.name or "schema", "digest": schema.digest}
