"""Agreements in files: texts, drafts and signed ones."""

import json
from pathlib import Path
from typing import Any

from linkage.agreement.model import LARGEST_AGREEMENT_BYTES, Agreement
from linkage.agreement.signed import LARGEST_SIGNED_AGREEMENT_BYTES, SignedAgreement
from linkage.canonical import parse_json
from linkage.errors import AgreementError
from linkage.files import read_capped, write_whole


def read_agreement(path: Path) -> SignedAgreement | Agreement:
    """Return the signed agreement in `path`, or the draft, which may be in any spelling.

    Raises:
        FileError: the file cannot be read or is too large.
        AgreementError: it is neither; names `path`.
    """
    content = read_capped(path, limit_bytes=LARGEST_SIGNED_AGREEMENT_BYTES)
    try:
        return SignedAgreement.parse(content) if b'"payloadType"' in content else Agreement.read_loosely(content)
    except AgreementError as error:
        raise AgreementError(f"{path}: {error.message}", code=error.code, hint=error.hint) from None


def read_signed(path: Path) -> SignedAgreement:
    """Return the signed agreement in `path`.

    Raises:
        FileError: the file cannot be read or is too large.
        AgreementError: it is not an agreement that somebody has signed; names `path`.
    """
    found = read_agreement(path)
    if isinstance(found, Agreement):
        raise AgreementError(
            f"{path} is a draft that nobody has signed",
            code="agreement.unsigned",
            hint="'counterfoil agreement sign' signs it",
        )
    return found


def read_text(path: Path) -> dict[str, Any]:
    """Return what people wrote in the form of an agreement, with places still empty, as JSON-like data.

    Raises:
        FileError: the file cannot be read or is too large.
        AgreementError: not a JSON object; names `path`.
    """
    try:
        text = parse_json(read_capped(path, limit_bytes=LARGEST_AGREEMENT_BYTES))
    except ValueError as error:
        raise AgreementError(f"{path}: {error}") from None
    if not isinstance(text, dict):
        raise AgreementError(f"{path}: the top level must be an object")
    return text


def write_draft(path: Path, agreement: Agreement) -> None:
    """Write `agreement` to `path` as people can read it; an existing file is not replaced."""
    text = json.dumps(agreement.document(), indent=2, ensure_ascii=False)
    write_whole(path, f"{text}\n".encode(), overwrite=False)
