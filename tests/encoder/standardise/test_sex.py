import pytest

from encoder.standardise.sex import read_sex, sex_parts


@pytest.mark.parametrize(
    ("sex", "words"),
    [
        (
            "M",
            (
                "1 1.0 M m male Mr homme masculin hombre männlich мужской муж м М "
                "ч чоловіча ذكر مرد 男 男性 남 남자 זכר पुरुष পুরুষ ชาย nam erkek ប្រុស ប muško ተባዕት"
            ),
        ),
        (
            "F",
            (
                "2 2.0 F f female femme mujer weiblich w женский ж Ж жін "
                "أنثى انثى زن 女 女性 여 여자 נקבה महिला নারী หญิง nữ kadın ሴት ស្រី ស žensko dhedig"
            ),
        ),
        ("X", "X x divers other autre その他 その他 其他 기타"),
    ],
)
def test_sex_is_read_in_many_languages(sex: str, words: str) -> None:
    listed = words.split()
    assert {word: sex_parts(word) for word in listed} == dict.fromkeys(listed, (sex,))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0", "unknown"),
        ("9", "not_recorded"),
        ("<", "not_recorded"),
        ("", "not_recorded"),
        ("U", "unknown"),
        ("unknown", "unknown"),
        ("неизвестно", "unknown"),
        ("غير معروف", "unknown"),
        ("N/A", "not_recorded"),
        ("保密", "withheld"),
    ],
)
def test_sex_that_is_missing_is_told_apart_and_gives_nothing(text: str, kind: str) -> None:
    assert read_sex(text).missing == kind
    assert sex_parts(text) == ()


@pytest.mark.parametrize(
    ("text", "parts"), [("ж/F", ("F",)), ("男 / M", ("M",)), ("муж (M)", ("M",)), ("M/F", ()), ("男 / ?", ("M",))]
)
def test_bilingual_entry_counts_where_its_parts_agree(text: str, parts: tuple[str, ...]) -> None:
    assert sex_parts(text) == parts


@pytest.mark.parametrize("text", ["blue", "3", "12", "V"])
def test_word_that_no_table_has_gives_nothing_and_is_not_missing(text: str) -> None:
    assert read_sex(text) == (None, None)
    assert sex_parts(text) == ()
