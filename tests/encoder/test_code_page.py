"""Code pages: told from the letters of names, and named in the error of a text that is not UTF-8."""

from pathlib import Path

import pytest

from encoder.errors import TableError
from encoder.table import open_table
from encoder.table.code_page import guess_code_page

NAMES = {
    "cp1251": "Иванов Пётр Сергеевич, Кузнецова Анна, Шевченко Тарас, Смирнов Олег, Москва, Санкт-Петербург",
    "koi8-r": "Иванов Пётр Сергеевич, Кузнецова Анна, Шевченко Тарас, Смирнов Олег, Москва, Санкт-Петербург",
    "cp866": "Иванов Пётр Сергеевич, Кузнецова Анна, Шевченко Тарас, Смирнов Олег, Москва, Санкт-Петербург",
    "cp1250": "Łukasz Żółciński, Małgorzata Wójcik, Agnieszka Dąbrowska, Stanisław Święcicki, Łódź, Poznań",
    "cp1252": "François Lefèvre, Zoé Benoît, Hélène Müller, Jérôme Gonçalves, Besançon, Orléans",
    "cp1253": "Γεώργιος Παπαδόπουλος, Μαρία Οικονόμου, Αθήνα, Θεσσαλονίκη",
    "cp1254": "Şükrü Yıldız, Ayşe Çağlar, İbrahim Öztürk, Gülşen Doğan, Muğla, Iğdır",
    "cp1255": "יוסף כהן, רחל לוי, ירושלים, תל אביב, שרה מזרחי, דוד פרץ",
    "cp1256": "محمد عبد الله, فاطمة الزهراء, أحمد حسن, بغداد, القاهرة",
    "cp1257": "Jānis Bērziņš, Līga Kalniņa, Žygimantas Šimkus, Rīga, Šiauliai, Vytautas Žukauskas",
    "cp874": "สมชาย ใจดี, สมหญิง รักไทย, กรุงเทพมหานคร, เชียงใหม่",
    "cp932": "山田太郎, 佐藤花子, 東京都, ヤマダ タロウ, 大阪府",
    "cp949": "김철수, 이영희, 박민수, 서울특별시, 부산광역시",
    "cp950": "陳志明, 林淑芬, 臺北市, 高雄市, 黃俊傑",
    "gb18030": "王伟, 李娜, 张敏, 北京市, 上海市, 刘洋",
}


@pytest.mark.parametrize("name", NAMES)
def test_code_page_is_told_from_a_few_names(name: str) -> None:
    guess = guess_code_page(NAMES[name].encode(name))
    assert guess is not None
    assert guess.name == name


@pytest.mark.parametrize("content", [b"", b"Anna Smith", "Żółć".encode()])
def test_what_is_no_old_text_has_no_code_page(content: bytes) -> None:
    assert guess_code_page(content) is None


def test_character_cut_off_at_the_end_of_a_sample_does_no_harm() -> None:
    text = NAMES["gb18030"].encode("gb18030")
    assert guess_code_page(text[:-1]) == guess_code_page(text)


def test_error_of_a_text_that_is_not_utf8_proposes_the_code_page(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(f"id;name\r\n1;{NAMES['cp1251']}\r\n".encode("cp1251"))
    with pytest.raises(TableError) as caught:
        open_table(path)
    assert caught.value.code == "table.encoding"
    assert "looks like cp1251" in caught.value.hint.split(";")[0]
