"""What holds of every name, whatever its script."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.standardise.missing import missing_kind
from encoder.standardise.names import fold, name_class, phonetic, read_name, skeleton, told
from encoder.standardise.names.classes import MOST_CLASSES
from encoder.standardise.names.fold import fold_latin, phonetic_of, skeleton_of
from encoder.standardise.names.many import read_names
from encoder.standardise.names.part_keys import PartKeys
from encoder.standardise.names.reading import is_read_whole, spaced
from encoder.standardise.names.scripts import script_of, script_of_letter

LETTERS = re.compile("[a-z]+")
NAMES = st.text(
    alphabet=st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo", "Lm", "Mn", "Mc", "Zs", "Pd", "Po")),
    max_size=24,
)


@given(NAMES)
def test_tokens_are_folded_to_latin_letters(text: str) -> None:
    for token in read_name(text).tokens:
        assert LETTERS.fullmatch(token.folded)
        assert all(map(LETTERS.fullmatch, (*token.spellings, *token.skeletons, *token.phonetics)))
        assert 0 <= len(token.classes) <= MOST_CLASSES


@given(NAMES)
def test_reading_is_the_same_each_time(text: str) -> None:
    assert read_name(text) == read_name(text)


@given(NAMES)
def test_surrounding_space_says_nothing(text: str) -> None:
    assert read_name(f"  {text}\t") == read_name(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=16))
def test_capitals_say_nothing(token: str) -> None:
    assert fold(token.upper()) == fold(token)
    assert name_class(token.title()) == name_class(token)


@given(st.text(max_size=12))
def test_keys_take_any_text(text: str) -> None:
    for key in (fold(text), skeleton(text), phonetic(text)):
        assert not key or LETTERS.fullmatch(key)


def test_tokens_stand_in_the_order_written() -> None:
    assert [token.form for token in read_name("Müller, Ana Maria").tokens] == ["müller", "ana", "maria"]


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=24))
def test_ascii_is_parted_as_any_other_text(text: str) -> None:
    assert spaced(f"{text} ı").split() == [*spaced(text).split(), "ı"]


def test_initials_are_marked_and_have_no_class() -> None:
    first, second = read_name("K. Sarada").tokens
    assert (first.initial, second.initial) == (True, False)
    assert first.classes == ()


def test_one_character_of_a_chinese_name_is_no_initial() -> None:
    assert not any(token.initial for token in read_name("李 明").tokens)


def test_script_is_that_of_the_letters() -> None:
    assert [script_of(token) for token in ("Ana", "Анна", "آنا", "安娜", "アンナ", "안나")] == [
        "LATIN",
        "CYRILLIC",
        "ARABIC",
        "HAN",
        "KANA",
        "HANGUL",
    ]


@given(st.text(max_size=8))
def test_names_with_chinese_characters_or_hangul_are_read_whole(text: str) -> None:
    assert is_read_whole(text) == any(script_of_letter(letter) in ("HAN", "HANGUL") for letter in text)


def test_unknown_name_is_a_class_of_its_own() -> None:
    assert name_class("Qwrtplk") == (fold("Qwrtplk"),)


def test_nothing_has_no_class() -> None:
    assert name_class("") == ()
    assert read_name("  ").tokens == ()


WRITTEN = """
ivanov Ἀθηνᾶ ΓΙΩΡΓΟΣ Sarada K. dr Mohd. van der abd al-Rahman Kim Jong Un jin-ho 김철수 王小明 欧阳 娜塔莉·波特曼 مُحَمَّد
Чан Тхи Ван Лан Цзянун ஷா த.
عبد الله بن علي ה'רצל ג'ורג' O’Neil d'Arc not recorded name unknown FNU N/A สมชาย அருண் ʻUmar İlker ß Đặng 1 - _ a1b
"""
WORDS = WRITTEN.split()
TOLD = [*told(["岡本健一", "金宇南", "阮文明", "何俊仁", "山 花子", "Kim 金"], ["JP", "KR", "VN", "HK", "JP", "KR"])]
HYPHENATED = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("-".join)
MANY = st.lists(
    st.text(max_size=16)
    | st.lists(st.sampled_from([*WORDS, "\n", "\0"]), max_size=5).map(" ".join)
    | st.lists(HYPHENATED, max_size=4).map(" ".join)
    | st.sampled_from(TOLD),
    max_size=8,
)


@settings(deadline=None)
@given(MANY)
def test_names_read_at_once_are_those_read_one_by_one(texts: list[str]) -> None:
    keys, owners, ids = read_names(tuple(texts))
    tokens = [[token for name, token in zip(owners, ids, strict=True) if name == place] for place in range(len(texts))]
    for kind in PartKeys._fields:
        vocabulary, numbers, counts = getattr(keys, kind)
        assert list(vocabulary) == sorted(set(vocabulary))
        runs = np.split(numbers, np.cumsum(counts))
        for text, of_text in zip(texts, tokens, strict=True):
            found = [tuple(vocabulary[number] for number in runs[token]) for token in of_text]
            expected = [getattr(token, kind) for token in read_name(text).tokens]
            assert sorted(filter(None, found)) == sorted(filter(None, expected)), text


LATIN = st.text(alphabet="abcdehijklmnoqrsuvwxyz", max_size=10)


@given(st.lists(LATIN, min_size=1, max_size=8))
def test_many_lines_are_folded_as_each_would_be_alone(lines: list[str]) -> None:
    for function in (fold_latin, skeleton_of, phonetic_of):
        expected = list(map(function, lines))
        assert function("\n".join(lines)).split("\n") == expected
        lines = expected


@pytest.mark.parametrize(
    "text", ["not recorded", "Name withheld", "не указано", "N/A", "no consta", "성명불상", "refused"]
)
def test_name_that_says_nothing_has_no_tokens(text: str) -> None:
    assert missing_kind(text, "name") is not None
    assert read_name(text).tokens == ()
    assert read_names((text, "Ana")).owners.tolist() == [1]
