"""A zip that looks like a package, made without a command."""

import base64
import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

RECORDS = 50
ENCODING_BYTES = 128


def some_package(seed: int, *, field: str = "surname", texts: tuple[str, ...] = ()) -> bytes:
    """A zip like a package: random tokens and encodings, and a statement inside base64, with `texts` in it."""
    random = np.random.default_rng(seed)
    columns = {
        name: pa.array([random.bytes(width) for _ in range(RECORDS)], pa.binary(width))
        for name, width in (("token", 16), ("encoding", ENCODING_BYTES))
    }
    table = io.BytesIO()
    pq.write_table(pa.table(columns | {"category": ["suspect"] * RECORDS}), table)
    statement = {"agency": "atl", "fields_used": [field], "digest": f"sha256:{random.bytes(32).hex()}", "texts": texts}
    envelope = {"payload": base64.b64encode(json.dumps(statement).encode()).decode(), "signatures": []}
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("encodings.parquet", table.getvalue())
        archive.writestr("manifest.dsse.json", json.dumps(envelope))
    return package.getvalue()
