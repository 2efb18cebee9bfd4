"""Writing a package: rows stream into the archive, then the manifest vouches for them."""

from collections.abc import Iterable
from pathlib import Path

from linkage.envelope import Envelope
from linkage.errors import ManifestError
from linkage.files import unusable, whole_file
from linkage.identity import Identity
from linkage.manifest import MANIFEST_LIMIT_BYTES, PAYLOAD_TYPE, Draft, Manifest
from linkage.package.archive import ENCODINGS, MANIFEST, new_member, write_directory
from linkage.package.rows import Block, RowWriter


def write_package(
    path: Path, batches: Iterable[Block], draft: Draft, identity: Identity, *, overwrite: bool = False
) -> Manifest:
    """Write a package, whole or not at all, and return its manifest; the same input gives the same bytes.

    Args:
        path: the file to write.
        batches: tokens, uint8 (m, 16), and encodings, uint8 (m, width), in the order of the tokens; equal tokens belong
            to one record. They are written as they come, so that memory does not grow with their number.
        draft: what the manifest says beside the signer and the counts.
        identity: who signs.
        overwrite: whether an existing file may be replaced.

    Raises:
        FileError: the file cannot be written, or exists already.
        EncodingsError: a batch has a wrong type or shape, or tokens are out of order.
        ManifestError: the manifest would be too large.
    """
    try:
        with whole_file(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
            with new_member(file, ENCODINGS) as encodings_sink:
                rows = RowWriter(encodings_sink, draft)
                for tokens, encodings in batches:
                    rows.write(tokens, encodings)
                rows.finish()
            manifest = Manifest(
                **dict(draft),
                agency=identity.agency,
                public_key=identity.public.key_text,
                records=rows.records,
                encodings=rows.count,
                encodings_digest=encodings_sink.digest,
            )
            envelope = Envelope.signed(PAYLOAD_TYPE, manifest.encode(), identity).encode()
            if len(envelope) > MANIFEST_LIMIT_BYTES:
                raise ManifestError(
                    f"the manifest would be larger than {MANIFEST_LIMIT_BYTES:,} bytes", code="package.too-large"
                )
            with new_member(file, MANIFEST) as manifest_sink:
                manifest_sink.write(envelope)
            write_directory(file, encodings_sink, manifest_sink)
    except OSError as error:
        raise unusable(path, "written", error) from error
    return manifest
