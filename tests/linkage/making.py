"""The parts of a valid package, and how to put other parts together in its form."""

import hashlib
import io
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from linkage.category import Category
from linkage.envelope import Envelope
from linkage.identity import Identity
from linkage.manifest import PAYLOAD_TYPE, Draft, FieldQuality, Manifest, Quality, SchemaReference, Software
from linkage.package.archive import ENCODINGS, MANIFEST, new_member, write_directory
from linkage.package.rows import RowWriter

Rows = tuple[NDArray[np.uint8], NDArray[np.uint8]]
WIDTH = 16
COUNT = 40
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ATLANTIS = Identity.new("atl")


def rows(count: int = COUNT, width: int = WIDTH, seed: int = 0) -> Rows:
    """Random rows in the order of their tokens, which are all different."""
    random = np.random.default_rng(seed)
    tokens = np.unique(random.integers(0, 256, (count, 16), dtype=np.uint8), axis=0)
    assert len(tokens) == count
    return tokens, random.integers(0, 256, (count, width), dtype=np.uint8)


def draft(width: int = WIDTH) -> Draft:
    """What an agency states about such rows."""
    return Draft(
        category=Category.SUSPECT,
        created="2026-01-01T00:00:00Z",
        expires="2027-01-01T00:00:00Z",
        linkage_schema=SchemaReference(name="trial", digest="sha256:" + "1a" * 32),
        key_confirmation="2b" * 32,
        bits=8 * width,
        measure="dice",
        fields_used=("surname", "born"),
        fields_dropped=("shoe size",),
        quality=Quality(
            rows_read=50, rows_set_aside=10, fields=(FieldQuality(field="born", missing=3),), mean_fill=0.5
        ),
        software=Software(counterfoil="0.1.0", engine="native"),
    )


def table(content: Rows) -> bytes:
    """An encodings.parquet as Counterfoil writes it."""
    file = io.BytesIO()
    writer = RowWriter(file, draft(content[1].shape[1]))
    writer.write(*content)
    writer.finish()
    return file.getvalue()


def archive(encodings: bytes, manifest: bytes) -> bytes:
    """Lay out any two members as a package does."""
    file = io.BytesIO()
    with new_member(file, ENCODINGS) as encodings_sink:
        encodings_sink.write(encodings)
    with new_member(file, MANIFEST) as manifest_sink:
        manifest_sink.write(manifest)
    write_directory(file, encodings_sink, manifest_sink)
    return file.getvalue()


def manifest(table: bytes, **changes: object) -> Manifest:
    """The manifest for the bytes of an encodings.parquet."""
    return Manifest.model_validate(
        draft().model_dump()
        | {
            "agency": ATLANTIS.agency,
            "public_key": ATLANTIS.public.key_text,
            "records": COUNT,
            "encodings": COUNT,
            "encodings_digest": f"sha256:{hashlib.sha256(table).hexdigest()}",
        }
        | changes
    )


def signed_over(content: bytes, **changes: object) -> bytes:
    """A package over any bytes, properly signed: what an agency that means harm can make."""
    envelope = Envelope.signed(PAYLOAD_TYPE, manifest(content, **changes).encode(), ATLANTIS)
    return archive(content, envelope.encode())
