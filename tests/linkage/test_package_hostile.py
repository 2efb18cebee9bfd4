"""Packages that are properly laid out, and even properly signed, by someone who means harm."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.canonical import canonical_json
from linkage.envelope import Envelope
from linkage.errors import ContentError, CounterfoilError, ManifestError, PackageError, SignatureError
from linkage.identity import Identity
from linkage.manifest import PAYLOAD_TYPE
from linkage.package import open_package, read_manifest
from tests.linkage import making

TOKENS, ENCODINGS = making.rows()


def good_table() -> pa.Table:
    """The table as Counterfoil writes it."""
    schema = pa.schema(
        [
            pa.field("token", pa.binary(16), nullable=False),
            pa.field("category", pa.dictionary(pa.int32(), pa.string()), nullable=False),
            pa.field("encoding", pa.binary(16), nullable=False),
        ]
    )
    columns = [
        pa.array([token.tobytes() for token in TOKENS], pa.binary(16)),
        pa.array(["suspect"] * making.COUNT).dictionary_encode(),
        pa.array([row.tobytes() for row in ENCODINGS], pa.binary(16)),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def parquet(table: pa.Table, **changes: Any) -> bytes:
    options: dict[str, Any] = {
        "compression": "none",
        "use_dictionary": ["category"],
        "write_statistics": False,
        "store_schema": False,
    }
    file = io.BytesIO()
    pq.write_table(table, file, **(options | changes))
    return file.getvalue()


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[bytes], CounterfoilError]:
    """Return the error that both ways of reading give."""

    def refuse(content: bytes) -> CounterfoilError:
        path = tmp_path / "hostile.cfp"
        path.write_bytes(content)
        with pytest.raises(PackageError) as opening:
            open_package(path)
        with pytest.raises(PackageError) as reading:
            read_manifest(path)
        assert (opening.value.code, opening.value.message) == (reading.value.code, reading.value.message)
        assert type(opening.value) is type(reading.value)
        return opening.value

    return refuse


Refusal = Callable[[bytes], CounterfoilError]
OTHER_FORM = {"package.content", "package.counts", "package.too-large"}


def test_what_the_others_change_is_good_before(tmp_path: Path) -> None:
    path = tmp_path / "good.cfp"
    path.write_bytes(making.signed_over(making.table((TOKENS, ENCODINGS))))
    assert np.array_equal(open_package(path).encodings.to_bytes(), ENCODINGS)


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_parquet_of_another_program_is_refused(refusal: Refusal, compression: str) -> None:
    content = parquet(good_table(), compression=compression)
    assert pq.read_table(io.BytesIO(content)).num_rows == making.COUNT
    assert refusal(making.signed_over(content)).code in OTHER_FORM


def test_compression_bomb_is_refused_by_its_size_alone(refusal: Refusal) -> None:
    count = 200_000
    table = pa.table(
        {
            "token": pa.array([bytes(16)] * count, pa.binary(16)),
            "category": pa.array(["suspect"] * count).dictionary_encode(),
            "encoding": pa.array([bytes(16)] * count, pa.binary(16)),
        }
    )
    bomb = parquet(table, compression="zstd")
    assert len(bomb) < 20_000
    package = making.signed_over(bomb, records=1, encodings=count)
    tracemalloc.start()
    error = refusal(package)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "package.counts"
    assert peak < 1_000_000


def test_width_other_than_the_signed_one_is_refused(refusal: Refusal) -> None:
    wider = making.table(making.rows(width=17))
    assert refusal(making.signed_over(wider, bits=8 * 18)).code == "package.counts"
    assert refusal(making.signed_over(wider)).code == "package.too-large"


@pytest.mark.parametrize(
    ("count", "code"), [(making.COUNT - 1, "package.counts"), (making.COUNT + 1, "package.too-large")]
)
def test_other_number_of_encodings_is_refused(refusal: Refusal, count: int, code: str) -> None:
    assert refusal(making.signed_over(making.table(making.rows(count)))).code == code


@pytest.mark.parametrize("records", [0, making.COUNT - 1])
def test_other_number_of_records_is_refused(refusal: Refusal, records: int) -> None:
    error = refusal(making.signed_over(making.table((TOKENS, ENCODINGS)), records=records))
    assert error.code == "package.counts"
    assert "40 distinct tokens" in error.message


@pytest.mark.parametrize("category", [b"witness", b"suspec\xff", b"missing"])
def test_category_other_than_the_signed_one_is_refused(refusal: Refusal, category: bytes) -> None:
    content = making.table((TOKENS, ENCODINGS))
    assert content.count(b"suspect") == 1
    assert refusal(making.signed_over(content.replace(b"suspect", category))).code == "package.category"


def test_rows_in_the_order_of_the_register_are_refused(refusal: Refusal) -> None:
    content = making.table((TOKENS, ENCODINGS))
    first, last, aside = TOKENS[0].tobytes(), TOKENS[-1].tobytes(), b"sixteen letters."
    swapped = content.replace(first, aside).replace(last, first).replace(aside, last)
    assert refusal(making.signed_over(swapped)).code == "package.order"


@pytest.mark.parametrize("position", [0, 4, -1, -8, -40])
def test_every_byte_that_is_not_a_value_is_fixed(refusal: Refusal, position: int) -> None:
    content = bytearray(making.table((TOKENS, ENCODINGS)))
    content[position] ^= 1
    assert refusal(making.signed_over(bytes(content))).code == "package.content"


@pytest.mark.parametrize("content", [b"", b"PAR1", bytes(2000), b"PAR1" + bytes(1990) + b"PAR1"])
def test_what_is_not_parquet_is_refused(refusal: Refusal, content: bytes) -> None:
    assert refusal(making.signed_over(content)).code in OTHER_FORM


def test_encodings_larger_than_the_counts_allow_are_refused_unread(refusal: Refusal) -> None:
    size = len(making.table((TOKENS, ENCODINGS)))
    assert refusal(making.signed_over(bytes(size + 1))).code == "package.too-large"
    assert refusal(making.signed_over(bytes(size))).code == "package.content"
    assert refusal(making.signed_over(bytes(size - 1))).code == "package.counts"


@pytest.mark.parametrize("encodings", [2**32, 10**6])
def test_counts_that_the_file_does_not_hold_allocate_nothing(refusal: Refusal, encodings: int) -> None:
    content = making.table((TOKENS, ENCODINGS))
    assert refusal(making.signed_over(content, encodings=encodings, bits=2**20)).code == "package.counts"


@settings(max_examples=200, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4),
    at_the_end=st.booleans(),
)
def test_any_change_of_a_signed_table_gives_a_package_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], *, at_the_end: bool
) -> None:
    content = bytearray(making.table((TOKENS, ENCODINGS)))
    for position, value in changes:
        # Change the footer, about the last 200 bytes, as often as the rows.
        content[len(content) - 1 - position % 200 if at_the_end else position % len(content)] = value
    path = tmp_path_factory.getbasetemp() / "changed.cfp"
    path.write_bytes(making.signed_over(bytes(content)))
    try:
        package = open_package(path)
    except CounterfoilError as error:
        assert error.exit_code == 3  # noqa: PT017 - either outcome is right
    else:
        assert len(package.encodings) == making.COUNT


class TestSignature:
    """The envelope around a manifest of good encodings."""

    content = making.table((TOKENS, ENCODINGS))
    payload = making.manifest(content).encode()

    def signed(self, identity: Identity = making.ATLANTIS, payload_type: str = PAYLOAD_TYPE) -> Envelope:
        return Envelope.signed(payload_type, self.payload, identity)

    def test_signature_by_another_key_is_refused(self, refusal: Refusal) -> None:
        error = refusal(making.archive(self.content, self.signed(Identity.new("atl")).encode()))
        assert isinstance(error, SignatureError)
        assert error.code == "package.signature"

    def test_signature_of_another_manifest_is_refused(self, refusal: Refusal) -> None:
        other = making.manifest(self.content, category="victim").encode()
        moved = Envelope(PAYLOAD_TYPE, other, self.signed().signatures)
        assert isinstance(refusal(making.archive(self.content, moved.encode())), SignatureError)

    def test_key_exchanged_in_the_manifest_is_refused(self, refusal: Refusal) -> None:
        thief = Identity.new("atl").public.key_text
        stolen = Envelope(
            PAYLOAD_TYPE, making.manifest(self.content, public_key=thief).encode(), self.signed().signatures
        )
        assert isinstance(refusal(making.archive(self.content, stolen.encode())), SignatureError)

    def test_statement_of_another_kind_is_refused(self, refusal: Refusal) -> None:
        error = refusal(making.archive(self.content, self.signed(payload_type="application/json").encode()))
        assert isinstance(error, ManifestError)
        assert "payloadType" in error.message

    def test_second_signature_is_refused(self, refusal: Refusal) -> None:
        both = Envelope(
            PAYLOAD_TYPE, self.payload, self.signed().signatures + self.signed(Identity.new("bor")).signatures
        )
        assert "exactly one signature" in refusal(making.archive(self.content, both.encode())).message

    def test_no_signature_is_refused(self, refusal: Refusal) -> None:
        bare = canonical_json({"payload": "", "payloadType": PAYLOAD_TYPE, "signatures": []})
        assert isinstance(refusal(making.archive(self.content, bare)), ManifestError)

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 50_000, b"null"])
    def test_what_is_not_an_envelope_is_refused(self, refusal: Refusal, content: bytes) -> None:
        assert isinstance(refusal(making.archive(self.content, content)), ManifestError)

    def test_encodings_other_than_the_signed_ones_are_refused(self, refusal: Refusal) -> None:
        other = making.table(making.rows(seed=1))
        error = refusal(making.archive(other, self.signed().encode()))
        assert isinstance(error, ContentError)
        assert error.code == "package.digest"


def test_package_that_was_packed_again_is_refused_with_a_hint(refusal: Refusal, package_path: Path) -> None:
    again = io.BytesIO()
    with zipfile.ZipFile(package_path) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    error = refusal(again.getvalue())
    assert error.code == "package.compressed"
    assert error.hint
