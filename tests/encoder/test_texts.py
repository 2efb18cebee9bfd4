"""Texts laid end to end, and as they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.texts import Utf8, numbered_texts

TEXTS = st.lists(st.text(max_size=6) | st.text(alphabet="aé\ud800", max_size=3), max_size=8)


@given(TEXTS)
def test_texts_come_back(texts: list[str]) -> None:
    laid = Utf8.of(texts)
    assert laid.texts() == texts
    assert laid.numbered().distinct == numbered_texts(texts).distinct
    assert laid.numbered().codes.tolist() == numbered_texts(texts).codes.tolist()


@given(TEXTS)
def test_texts_are_found_by_what_they_have_and_lose_what_is_not_kept(texts: list[str]) -> None:
    laid = Utf8.of(texts)
    assert laid.having(np.flatnonzero(laid.data == ord("a"))).tolist() == ["a" in text for text in texts]
    without_a = laid.only(laid.data != ord("a"))
    assert without_a.texts() == [text.replace("a", "") for text in texts]
    is_long = np.array([len(text) > 1 for text in texts], dtype=np.bool_)
    assert laid.chosen(is_long).texts() == [text for text in texts if len(text) > 1]
    assert laid.of_texts(is_long).sum() == sum(
        len(text.encode("utf-8", "surrogatepass")) for text in texts if len(text) > 1
    )


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="None"):
        numbered_texts(["a", None])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        numbered_texts(["a", 1])  # type: ignore[list-item]
