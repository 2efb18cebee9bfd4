"""Guessed columns: by header in many languages, by what they hold, and what is not taken for ours."""

from collections.abc import Sequence
from importlib import resources

import pytest

from encoder.headers import NAME_ALONE, guess_headers, header_key
from encoder.headers_content import content_shares
from encoder.profile import SOURCE_COLUMNS
from linkage.canonical import parse_json


def fields_of(header: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> list[str | None]:
    return [guess.field for guess in guess_headers(header, samples or [[] for _ in header])]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "Nom de famille|Prénom|Date de naissance|Nationalité|Nom du père",
            "family_name given_names date_of_birth nationality -",
        ),
        (
            "Apellidos|Nombre|Fecha de nacimiento (dd/mm/aaaa)|DNI|Fecha de detención",
            "family_name given_names date_of_birth document_number -",
        ),
        ("№ п/п|Фамилия|Имя|Отчество|Дата рождения", "record_id family_name given_names middle_names date_of_birth"),
        ("م|الاسم الكامل|تاريخ الميلاد|الجنسية|الجنس|اسم الأب", "record_id full_name date_of_birth nationality sex -"),
        ("نام|نام خانوادگی|تاریخ‌تولد|نام پدر", "given_names family_name date_of_birth -"),
        ("番号|氏名|生年月日|性別|旅券番号|住所", "record_id full_name date_of_birth sex document_number -"),
        ("氏名|フリガナ|生年月日", "full_name aliases date_of_birth"),
        ("姓名|英文名|出生日期", "full_name aliases date_of_birth"),
        ("성명|영문명|생년월일", "full_name aliases date_of_birth"),
        ("ФИО|ФИО латиницей|Дата рождения", "full_name aliases date_of_birth"),
        ("last_name|first_name|midl_name|name_sufx_cd", "family_name given_names middle_names -"),
        ("Surname|Forename|Nickname type|Street name", "family_name given_names aliases -"),
        ("Име, презиме, фамилия|Дата на раждане", "full_name date_of_birth"),
        ("Surname and given name|DOB", "full_name date_of_birth"),
        ("ลำดับ|ชื่อ-สกุล|ชื่อ-สกุล (อังกฤษ)", "record_id full_name aliases"),
        ("ชื่อตัว|ชื่อสกุล", "given_names family_name"),
        (
            "ល.រ|ឈ្មោះ|ថ្ងៃខែឆ្នាំកំណើត|ភេទ|សញ្ជាតិ|ទីកន្លែងកំណើត|ឈ្មោះឪពុក",
            "record_id full_name date_of_birth sex nationality birth_city -",
        ),
        (
            "စဉ်|အမည်|မွေးသက္ကရာဇ်|ကျား/မ|နိုင်ငံသား|အဖအမည်",
            "record_id full_name date_of_birth sex nationality -",
        ),
        ("Nama Penuh|Tarikh Lahir|No. Pasport", "full_name date_of_birth document_number"),
        ("ሙሉ ስም|የትውልድ ቀን|የፓስፖርት ቁጥር", "full_name date_of_birth document_number"),
        ("Name|birth_day|birth_month|birth_year", "full_name date_of_birth date_of_birth date_of_birth"),
        ("Name|Geburtstag|Geburtsmonat|Geburtsjahr", "full_name date_of_birth date_of_birth date_of_birth"),
        ("Name|birth_day|birth_month|birth_year|Date of birth", "full_name - - - date_of_birth"),
        ("Name|Birthday|Birth year", "full_name date_of_birth -"),
        ("Name|Alias 1|Alias 2|MRZ line 1|MRZ line 2", "full_name aliases aliases mrz mrz"),
        ("姓|名|出生日期|护照号码|父亲姓名", "family_name given_names date_of_birth document_number -"),
        ("성|이름|생년월일|여권번호", "family_name given_names date_of_birth document_number"),
        (
            "Name|Vorname|Geb.-Datum|Staatsangehörigkeit|Familienstand",
            "family_name given_names date_of_birth nationality -",
        ),
        ("Ad|Soyad|Doğum Tarihi|Uyruğu|Baba Adı", "given_names family_name date_of_birth nationality -"),
        ("ชื่อ|นามสกุล|วันเกิด|สัญชาติ", "given_names family_name date_of_birth nationality"),
        ("Họ và tên|Ngày sinh|Giới tính|Ngày cấp", "full_name date_of_birth sex -"),
        ("שם פרטי|שם משפחה|תאריך לידה|ת.ז.", "given_names family_name date_of_birth document_number"),
        ("Nazwisko|Imię|Data urodzenia|Imię ojca", "family_name given_names date_of_birth -"),
        ("Επώνυμο|Όνομα|Ημ. Γέννησης|Πατρώνυμο", "family_name given_names date_of_birth -"),
        ("पूरा नाम|जन्म तिथि|लिंग|पिता का नाम", "full_name date_of_birth sex -"),
        ("Nama Lengkap|Tanggal Lahir|Jenis Kelamin|NIK", "full_name date_of_birth sex document_number"),
        ("Achternaam|Voornaam|Geboortedatum|BSN", "family_name given_names date_of_birth document_number"),
        ("Cognome|Nome|Data di nascita|Cittadinanza", "family_name given_names date_of_birth nationality"),
        ("Sobrenome|Nome|Data de nascimento|Sexo", "family_name given_names date_of_birth sex"),
        ("Прізвище|Ім'я|По батькові|Дата народження", "family_name given_names middle_names date_of_birth"),
    ],
)
def test_headers_of_many_languages_are_known(header: str, fields: str) -> None:
    assert fields_of(header.split("|")) == [None if field == "-" else field for field in fields.split()]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        (["Name"], "full_name"),
        (["Name", "First name"], "family_name"),
        (["Name", "Surname"], "given_names"),
        (["Name", "First name", "Surname"], "full_name"),
    ],
)
def test_a_name_alone_is_whole_or_the_part_that_no_other_column_has(header: list[str], field: str) -> None:
    assert fields_of(header)[0] == field


def test_spelling_of_a_header_does_not_count() -> None:
    assert (
        header_key("DateOfBirth")
        == header_key("date_of_birth")
        == header_key(" Date-of  birth (DD/MM)")
        == "date of birth"
    )
    assert header_key("Prénom") == header_key("PRENOM")
    assert header_key("تاریخ تولد") == header_key("تاريخ تولد")
    assert fields_of(["Surnmae"]) == ["family_name"]


def test_values_confirm_or_contradict_a_header() -> None:
    dates, words = ["1980-02-03", "03.04.1981", "٠٥/٠٦/١٩٨٢"], ["a", "b", "c"]
    alone = guess_headers(["Date of birth"], [[]])[0].confidence
    assert guess_headers(["Date of birth"], [dates])[0].confidence > alone
    doubted = guess_headers(["Date of birth"], [words])[0]
    assert doubted.confidence < alone
    assert "do not look like it" in doubted.reason


def test_values_alone_give_a_weak_guess_and_never_for_a_header_of_something_else() -> None:
    dates = ["1980-02-03", "1981-02-03", "1982-02-03"]
    guess = guess_headers(["x"], [dates])[0]
    assert guess.field == "date_of_birth"
    assert guess.confidence <= 0.6
    assert fields_of(["Date of arrest"], [dates]) == [None]


def test_column_of_the_day_that_holds_whole_dates_needs_no_others() -> None:
    years, months = ["1980", "1981", "1982"], ["2", "3", "4"]
    header = ["Name", "Geburtsjahr", "Geburtsmonat", "Geburtstag"]
    births = ["date_of_birth"] * 3
    assert fields_of(header, [[], years, months, ["17", "18", "19"]]) == ["full_name", *births]
    whole = ["17.02.1980", "18.03.1981", "19.04.1982"]
    assert fields_of(header, [[], years, months, whole]) == ["full_name", None, None, "date_of_birth"]


def test_no_field_is_given_to_two_columns() -> None:
    found = [field for field in fields_of(["Date of birth", "DOB", "Born"]) if field]
    assert found == ["date_of_birth"]


def test_content_of_few_values_tells_nothing() -> None:
    assert content_shares(["1980-01-01", "", "1981-01-01"]) == {}
    assert content_shares(["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"] * 3)["mrz"] == 1


def test_the_table_of_words_speaks_of_source_columns_only() -> None:
    table = parse_json(resources.files("encoder").joinpath("header_words.json").read_bytes())
    assert set(table["fields"]) == {*SOURCE_COLUMNS, NAME_ALONE}
    assert all(
        header_key(phrase)
        for languages in table["fields"].values()
        for phrases in languages.values()
        for phrase in phrases
    )


def test_first_column_is_the_reference_where_each_row_has_a_number_of_its_own() -> None:
    numbers = [f"8-{number:06}" for number in range(50)]
    assert fields_of(["Vrg", "Name"], [numbers, ["Ana"] * 50]) == ["record_id", "full_name"]
    assert fields_of(["Vrg", "Name"], [["8-000001"] * 50, ["Ana"] * 50]) == ["document_number", "full_name"]
    assert fields_of(["Passport", "Name"], [numbers, ["Ana"] * 50]) == ["document_number", "full_name"]
    assert fields_of(["Vrg", "Case id"], [numbers, numbers]) == ["document_number", "record_id"]
