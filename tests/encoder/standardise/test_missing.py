import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.missing import FieldKind, missing_kind

FIELDS: tuple[FieldKind, ...] = ("name", "date", "sex", "country", "place", "document", "other")


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            "unknown",
            [
                "unknown",
                "UNKNOWN",
                "Unk.",
                "inconnu",
                "desconocida",
                "unbekannt",
                "неизвестно",
                "Неизвестная",
                "невідомо",
                "غير معروف",
                "مجهول الهوية",
                "نامعلوم",
                "לא ידוע",
                "अज्ञात",
                "অজ্ঞাত",
                "தெரியவில்லை",
                "ไม่ทราบ",
                "không rõ",
                "tidak diketahui",
                "不详",
                "不詳",
                "未知",
                "不明",
                "미상",
                "უცნობი",
                "անհայտ",
                "አይታወቅም",
                "haijulikani",
                "άγνωστο",
                "bilinmiyor",
                "nieznany",
                "ismeretlen",
                "necunoscut",
                "FNU",
                "?",
                "???",
            ],
        ),
        (
            "not_recorded",
            [
                "",
                " ",
                "-",
                "--",
                "—",
                ".",
                "…",
                "n/a",
                "N/A",
                "#N/A",
                "not recorded",
                "not stated",
                "non renseigné",
                "sin datos",
                "keine Angabe",
                "k.A.",
                "нет данных",
                "не указано",
                "غير مسجل",
                "ثبت نشده",
                "לא רשום",
                "未登记",
                "記載なし",
                "기록 없음",
                "brak danych",
                "XXX",
                "xxxxx",
                "<<<",
            ],
        ),
        (
            "withheld",
            [
                "withheld",
                "REDACTED",
                "prefer not to say",
                "confidentiel",
                "anonymisiert",
                "засекречено",
                "محرمانه",
                "保密",
                "非公開",
                "비공개",
                "skyddad identitet",
                "חסוי",
            ],
        ),
    ],
)
def test_three_kinds_are_told_apart_in_every_field(kind: str, texts: list[str]) -> None:
    for field in FIELDS:
        assert {text: missing_kind(text, field) for text in texts} == dict.fromkeys(texts, kind)


@pytest.mark.parametrize(
    "name",
    [
        "Nil",
        "Na",
        "Null",
        "None",
        "Nadie",
        "Nan",
        "Test",
        "Nada",
        "U",
        "Ignoto",
        "Gizli",
        "سري",
        "محجوب",
        "गुप्त",
        "Siri",
        "Vuoto",
        "No",
        "Nemo",
        "Brakel",
        "Anon",
        "X",
        "無",
        "Blank",
        "Void",
    ],
)
def test_real_name_does_not_vanish(name: str) -> None:
    assert missing_kind(name, "name") is None


def test_other_fields_know_more_words_than_names() -> None:
    for word in ("nil", "na", "none", "null", "无", "нет", "yok", "なし"):
        assert missing_kind(word, "other") is not None
        assert missing_kind(word, "name") is None


@pytest.mark.parametrize("text", ["NO", "NA", "ND", "NC"])
def test_code_of_a_country_is_no_missing_country(text: str) -> None:
    assert missing_kind(text, "country") is None


@pytest.mark.parametrize(
    "text",
    ["00/00/0000", "0000-00-00", "00.00.0000", "0", "00000000", "XX/XX/XXXX", "9999-12-31", "99/99/9999", "1111-11-11"],
)
def test_date_that_says_nothing_is_missing(text: str) -> None:
    assert missing_kind(text, "date") == "unknown"


@pytest.mark.parametrize("text", ["01/01/1990", "1990", "00/01/1990", "XX/05/1990", "1990-00-00", "10/10/2000"])
def test_date_that_says_something_is_not_missing(text: str) -> None:
    assert missing_kind(text, "date") is None


@pytest.mark.parametrize("text", ["000000000", "99999999", "1111", "XXXXXXX", "123456789", "12345678", "0", "00-00-00"])
def test_filled_document_number_is_missing(text: str) -> None:
    assert missing_kind(text, "document") is not None


@pytest.mark.parametrize("text", ["000000001", "11112", "E12345678", "123456780", "1234"])
def test_document_number_that_may_be_real_is_not_missing(text: str) -> None:
    assert missing_kind(text, "document") is None


@given(st.text(max_size=30))
def test_names_are_never_missing_where_other_fields_are_not(text: str) -> None:
    if missing_kind(text, "name") is not None:
        assert missing_kind(text, "other") == missing_kind(text, "name")
