"""Files that only their recipients can open: HPKE (RFC 9180) with ML-KEM-768 + X25519, content in sealed chunks.

``keys`` holds the sealing keys of a party; ``header`` is the beginning of a sealed file, with the file key sealed to
every recipient; ``stream`` is the content in chunks of 64 KiB; ``files`` seals and opens whole files.
"""

from linkage.sealing.files import open_sealed, seal_bytes, seal_file, unseal_bytes
from linkage.sealing.keys import PublicSealingKey, SealingKey

__all__ = ["PublicSealingKey", "SealingKey", "open_sealed", "seal_bytes", "seal_file", "unseal_bytes"]
