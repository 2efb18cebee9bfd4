"""Names split at once, and one by one."""

from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.names.reading import spaced
from encoder.standardise.names.splitting import SIGN, split

TEXTS = st.lists(st.text(max_size=12) | st.text(alphabet="aB'` .-\0\x01\x1c\n\x7fé\ud800", max_size=12), max_size=8)


@given(TEXTS)
def test_names_split_at_once_are_those_split_one_by_one(texts: list[str]) -> None:
    numbers, codes, owners = split(texts)
    parts = list(numbers)
    found: list[list[str]] = [[] for _ in texts]
    for code, owner in zip(codes.tolist(), owners.tolist(), strict=True):
        found[owner].append(parts[code])
    assert found == [spaced(text.replace(SIGN, " ")).split() for text in texts]


def test_further_parts_get_further_numbers() -> None:
    numbers, codes, _ = split(["Ana Ruiz", "Ana"])
    assert codes.tolist() == [0, 1, 0]
    assert [numbers[part] for part in ("ruiz", "maria", "ana", "maria")] == [1, 2, 0, 2]
