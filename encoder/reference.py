"""The encoding of one record, written as plainly as it can be; the fast way must agree with it.

Of the hardening steps, saul and minhash are written plainly here; the others are plain where they stand.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from encoder.folding import fold
from encoder.hardening import Hardening, HardeningKeys
from encoder.hardening.keys import keyed_bytes
from encoder.hardening.minhash import own_draws
from encoder.hashing import token_hasher
from encoder.keys import field_keys
from encoder.salting import salt_of, salt_places, salted
from encoder.standardise import standardiser
from encoder.texts import numbered_texts
from encoder.tokens import tokenise
from encoder.told import ToldFields, told_columns
from encoder.values import ValueReader, token_encoding
from linkage.schema import Field, MinHash, Saul, Schema


def encode_record(
    cells: Sequence[str], schema: Schema, secret: bytes | str, seed: bytes | None = None
) -> NDArray[np.uint8]:
    """Return the encoding of one record, uint8 (schema.encoding_bytes,); `seed` is that of its noise, if any.

    Raises:
        ValueError: a cell does not fit its field.
    """
    columns = [numbered_texts([cell]) for cell in cells]
    cells = [column.texts[0] for column in told_columns(columns, ToldFields.of(schema))]
    keys = HardeningKeys.of(schema, secret)
    match schema.hardening:
        case [Saul() as step, *_]:
            encoding = _majorities(cells, schema, step, keys)
        case [MinHash() as step, *_]:
            encoding = _symbols(cells, schema, step, keys)
        case _:
            encoding = _filter(cells, schema, secret)
    seeds = None if seed is None else np.frombuffer(seed, dtype=np.uint8)[None, :]
    hardened: NDArray[np.uint8] = Hardening(schema, keys).apply(encoding[None, :], seeds)[0]
    return hardened


def _filter(cells: Sequence[str], schema: Schema, secret: bytes | str) -> NDArray[np.uint8]:
    bits = np.zeros(schema.filter_bits, dtype=np.uint8)
    salts = salt_places(schema)
    for place, (field, keys) in enumerate(zip(schema.fields, field_keys(schema, secret), strict=True)):
        if field.hashing is None:
            continue
        tokens = _tokens(cells, place, salts[place], schema)
        hasher = token_hasher(field.hashing.hash, keys, schema.filter_bits)
        strategy = field.hashing.strategy
        for number, token in enumerate(tokens):
            times = strategy.bits_per_token
            if times is None:
                share, rest = divmod(strategy.bits_per_feature or 0, len(tokens))
                times = share + (number < rest)
            if times:
                times = max(1, (times * strategy.percents.get(token, 100) + 50) // 100)
            bits[hasher.bits([token.encode(token_encoding(field))], times)] = 1
    folded: NDArray[np.uint8] = fold(np.packbits(bits)[None, :], schema.filter_bits, schema.clk.xor_folds)[0]
    return folded


def _majorities(cells: Sequence[str], schema: Schema, step: Saul, keys: HardeningKeys) -> NDArray[np.uint8]:
    count = step.repetitions * step.bits
    votes = [2 * bit - 1 for bit in _drawn(keys.key("saul tie"), b"", count)]  # half a vote: decides ties only
    salts = salt_places(schema)
    for place, field in enumerate(schema.fields):
        if field.hashing is None:
            continue
        tokens = _tokens(cells, place, salts[place], schema)
        for token in tokens:
            strategy = field.hashing.strategy
            insertions = strategy.bits_per_token or (strategy.bits_per_feature or 0) / len(tokens)
            insertions *= strategy.percents.get(token, 100) / 100
            weight = max(1, round(4 * math.sqrt(insertions)))
            vector = _drawn(keys.key(f"saul field {place}"), token.encode(token_encoding(field)), count)
            votes = [vote + 2 * weight * (2 * bit - 1) for vote, bit in zip(votes, vector, strict=True)]
    majorities = np.array([vote > 0 for vote in votes], dtype=np.uint8).reshape(step.repetitions, step.bits)
    return np.packbits(np.bitwise_xor.reduce(majorities, axis=0))


def _drawn(key: bytes, message: bytes, count: int) -> list[int]:
    drawn = np.frombuffer(keyed_bytes(key, message, count // 8), dtype=np.uint8)
    bits: list[int] = np.unpackbits(drawn).tolist()
    return bits


def _symbols(cells: Sequence[str], schema: Schema, step: MinHash, keys: HardeningKeys) -> NDArray[np.uint8]:
    group_of = {field: group for group, apart in enumerate(step.apart, start=1) for field in apart.fields}
    arrived = [[0xFFFFFFFF] * step.draws, *([0xFFFFFFFF] * own_draws(step.components, a.symbols) for a in step.apart)]
    there = [False] * len(arrived)
    salts = salt_places(schema)
    for place, field in enumerate(schema.fields):
        if field.hashing is None:
            continue
        group = group_of.get(field.identifier, 0)
        tokens = _tokens(cells, place, salts[place], schema)
        there[group] |= bool(tokens)
        for token, times in Counter(tokens).items():
            strategy = field.hashing.strategy
            weight = (strategy.bits_per_token or 0) * times or (strategy.bits_per_feature or 0) * times / len(tokens)
            weight *= strategy.percents.get(token, 100) / 100
            message = token.encode(token_encoding(field))
            nonce = keyed_bytes(keys.key(f"minhash field {place}"), message, 12)
            stream = Cipher(algorithms.AES(keys.key("minhash draws")), modes.CTR(nonce + bytes(4)))
            drawn = stream.encryptor().update(bytes(4 * len(arrived[group])))
            for draw, word in enumerate(np.frombuffer(drawn, dtype="<u4").tolist()):
                time = np.float32(-math.log(((word >> 16) + 0.5) / 65_536)) / np.float32(weight)
                packed = int(time.view(np.uint32)) & ~0xFFF | word & 0xFFF
                arrived[group][draw] = min(arrived[group][draw], packed)
    components, order = step.components, keys.permutations("minhash components", step.symbols, step.components).T
    found = [
        _symbol([arrived[0][draw % step.draws] for draw in draws], number, keys)
        for number, draws in enumerate(order.tolist())
    ]
    places = iter(keys.permutations("minhash apart", step.symbols)[0].tolist())
    for group, apart in enumerate(step.apart, start=1):
        for number, place in zip(range(apart.symbols), places, strict=False):
            if there[group]:
                own = arrived[group][number * components : (number + 1) * components]
                found[place] = _symbol(own, place + 0x8000, keys)
    code = sum(symbol << 12 * place for place, symbol in enumerate(found))
    return np.frombuffer(code.to_bytes(step.width(0) // 8, "little"), dtype=np.uint8)


def _symbol(arrived: Sequence[int], number: int, keys: HardeningKeys) -> int:
    cipher = Cipher(algorithms.AES(keys.key("minhash symbols")), modes.ECB())  # noqa: S305 - of one block each
    words = [first & 0xFFF for first in arrived]
    block = [*words, *[0] * (7 - len(words)), number]
    hashed = cipher.encryptor().update(b"".join(word.to_bytes(2, "little") for word in block))
    return int.from_bytes(hashed[:2], "little") & 0xFFF


def _tokens(cells: Sequence[str], place: int, salt_place: int | None, schema: Schema) -> list[str]:
    field = schema.fields[place]
    assert field.hashing is not None
    tokens = [token for text in _texts(cells[place], field) for token in tokenise(text, field.hashing.comparison)]
    if salt_place is None:
        return tokens
    salt = salt_of(_texts(cells[salt_place], schema.fields[salt_place]))
    return [salted(salt, token) for token in tokens] if salt else []


def _texts(cell: str, field: Field) -> Sequence[str]:
    """Return what is tokenised of a cell: its parts where the field has a standard form, else its one text."""
    if field.standard is not None:
        return standardiser(field.standard)(cell)
    texts, faults = ValueReader(field, validate=True).read([cell])
    if faults:
        raise ValueError(f"field '{field.identifier}': {faults[0]}")
    return texts
