"""Sealed files that were made once and must open, or be refused, for ever."""

import json
from pathlib import Path
from typing import Any

import pytest

from linkage.canonical import parse_base64
from linkage.errors import SealedFileError
from linkage.sealing import SealingKey, open_sealed, unseal_bytes

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "sealing.json").read_bytes())


@pytest.mark.parametrize("vector", VECTORS["files"], ids=[found["name"] for found in VECTORS["files"]])
def test_vector_gives_what_its_header_says(tmp_path: Path, vector: dict[str, str]) -> None:
    key_path, sealed_path, output = tmp_path / "atl.seal", tmp_path / "file.sealed", tmp_path / "file"
    key_path.write_text(json.dumps(VECTORS["key"]))
    key = SealingKey.read(key_path)
    sealed_path.write_bytes(parse_base64(vector["sealed"]))
    if vector["expect"].startswith("sealed-file"):
        with pytest.raises(SealedFileError) as caught:
            unseal_bytes(sealed_path.read_bytes(), key)
        assert caught.value.code == vector["expect"]
        with pytest.raises(SealedFileError):
            open_sealed(sealed_path, output, key)
        assert not output.exists()
    else:
        open_sealed(sealed_path, output, key)
        assert output.read_bytes().hex() == unseal_bytes(sealed_path.read_bytes(), key).hex() == vector["expect"]
