"""The checkpoint that an agency holds, as each of its requests carries it: one header, which its signature covers.

::

    counterfoil-checkpoint: :<base64 of the signed note>:

A byte sequence (RFC 8941) of the C2SP note as the host signed it, less the signatures of witnesses.
"""

from typing import Final

from linkage.canonical import base64_text, parse_base64
from linkage.errors import LedgerError
from linkage.identity import PublicIdentity
from linkage.ledger.checkpoint import SignedCheckpoint

HEADER: Final = "counterfoil-checkpoint"
LONGEST_HEADER: Final = 512  # one of a name of 63 characters and 16 digits has 380


def checkpoint_header(signed: SignedCheckpoint, host: PublicIdentity) -> str:
    """Return the value of the header for a checkpoint that `host` has signed."""
    own = tuple(found for found in signed.signatures if SignedCheckpoint(signed.checkpoint, (found,)).signed_by(host))
    return f":{base64_text(SignedCheckpoint(signed.checkpoint, own[:1]).encode())}:"


def parse_checkpoint_header(value: str) -> SignedCheckpoint:
    """Return the checkpoint in a header; whose signature it has is not verified yet.

    Raises:
        LedgerError: it is longer than one can be, not in this form, or not a checkpoint with one signature.
    """
    text = value.removeprefix(":").removesuffix(":")
    try:
        if len(value) > LONGEST_HEADER or value != f":{text}:":
            raise ValueError("not a byte sequence of at most 512 characters")
        content = parse_base64(text)
    except ValueError as error:
        raise LedgerError(f"the header {HEADER}: {error}", code="ledger.checkpoint") from None
    signed = SignedCheckpoint.parse(content, f"the header {HEADER}")
    if len(signed.signatures) != 1:
        raise LedgerError(f"the header {HEADER}: not the one signature of the host", code="ledger.checkpoint")
    return signed
