import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.aliases import name_and_aliases, split_aliases


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("John Howard ; Ioannes Howard", ("John Howard", "Ioannes Howard")),
        ("Smith, John | Doe, Jane", ("Smith, John", "Doe, Jane")),
        ("Ali Hassan a.k.a. Abu Omar", ("Ali Hassan", "Abu Omar")),
        ("Ali Hassan AKA: Abu Omar", ("Ali Hassan", "Abu Omar")),
        ("Mario Rossi alias Il Gatto", ("Mario Rossi", "Il Gatto")),
        ("alias Rosa", ("Rosa",)),
        ("Jean Dupont dit Jeannot", ("Jean Dupont", "Jeannot")),
        ("Иванов Иван, он же Петров Пётр", ("Иванов Иван", "Петров Пётр")),
        ("Анна, она же Мария", ("Анна", "Мария")),
        ("محمد علي الملقب بـ أبو عمر", ("محمد علي", "أبو عمر")),
        ("张三 又名 李四", ("张三", "李四")),
        ("张三（别名：李四）", ("张三", "李四")),
        ("राम उर्फ श्याम", ("राम", "श्याम")),
        ("A\nB\nA", ("A", "B")),
        ("Rosa / unknown / -", ("Rosa",)),
        ("N/A", ()),
        ("", ()),
    ],
)
def test_aliases_are_parted(text: str, names: tuple[str, ...]) -> None:
    assert split_aliases(text) == names


@pytest.mark.parametrize(
    "name", ["Benedit Ditmar", "Alias-Vega", "Raja Vel Murugan", "Howard, John", "O'Neill", "Aliaskhab Kebekov"]
)
def test_one_name_stays_one(name: str) -> None:
    assert split_aliases(name) == (name,)


@given(st.lists(st.from_regex(r"[A-Z][a-z]{5,9}", fullmatch=True), max_size=4, unique=True))
def test_what_is_joined_is_parted_again(names: list[str]) -> None:
    kept = [name for name in names if split_aliases(name)]
    assert split_aliases(" ; ".join(kept)) == tuple(kept)


@pytest.mark.parametrize(
    ("text", "name", "aliases"),
    [
        ("Diomed Guzienko a.k.a. Demid", "Diomed Guzienko", "Demid"),
        ("DON YOUNG alias John Rowland", "DON YOUNG", "John Rowland"),
        ("MARIA AKA MASHA", "MARIA", "MASHA"),
        ("Ahmed (a.k.a. Abu Ali), alias Omar", "Ahmed", "Abu Ali; Omar"),
        ("Иванов Иван (он же Петров Пётр)", "Иванов Иван", "Петров Пётр"),
        ("أحمد علي الملقب بـ أبو خالد", "أحمد علي", "أبو خالد"),
        ("王伟 又名 王小伟", "王伟", "王小伟"),
        ("Ndri Aka Marie", "Ndri Aka Marie", ""),
        ("Aka Kouadio", "Aka Kouadio", ""),
        ("Jean Dupont dit Jeannot", "Jean Dupont dit Jeannot", ""),
        ("Smith, John / Mary", "Smith, John / Mary", ""),
        ("Alias Ahmed", "Alias Ahmed", ""),
    ],
)
def test_other_names_in_the_cell_of_a_name_are_told_apart(text: str, name: str, aliases: str) -> None:
    assert name_and_aliases(text) == (name, aliases)
