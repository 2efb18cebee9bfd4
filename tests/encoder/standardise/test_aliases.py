import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.standardise.aliases import name_and_aliases, split_aliases, tell_apart


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
        ("KOUASSI AKA JEAN", ("KOUASSI AKA JEAN", "KOUASSI", "JEAN")),
        ("Rosa; AKA Lola", ("Rosa", "AKA Lola", "Lola")),
        ("Mohd Alias bin Ahmad", ("Mohd Alias bin Ahmad",)),
        ("Ahmad bin Alias Yusof", ("Ahmad bin Alias Yusof",)),
        ("김일명", ("김일명",)),
        ("まこと", ("まこと",)),
        ("田中太郎こと山田一", ("田中太郎", "山田一")),
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
        ("MARIA aka MASHA", "MARIA", "MASHA"),
        ("MARIA (AKA MASHA)", "MARIA", "MASHA"),
        ("MARIA AKA: MASHA", "MARIA", "MASHA"),
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
    assert tell_apart([text], [""]) == ([name], [aliases])


@pytest.mark.parametrize(
    ("text", "aliases"),
    [
        ("Mohd Alias bin Ahmad", ""),
        ("MOHD ALIAS BIN AHMAD", ""),
        ("mohd alias bin ahmad", ""),
        ("Rahman, Alias Bin", ""),
        ("Siti Binti Alias Abdullah", ""),
        ("Nur Alias (P)", ""),
        ("Md. A.K.A. Mubin", ""),
        ("A.K.A. Azad", "Azad"),
        ("Nur Alias Rahman", ""),
        ("KOUASSI AKA JEAN", "KOUASSI; JEAN"),
        ("kouassi aka jean", "kouassi; jean"),
        ("JUAN PEREZ ALIAS CHAPO", "JUAN PEREZ; CHAPO"),
        ("Don Young Alias John Rowland", "Don Young; John Rowland"),
        ("김일명 (Kim Il-myong)", ""),
        ("김별명", ""),
        ("김 일명 (Kim Il-myong)", "김; Kim Il-myong"),
        ("홍길동 일명 호랑이", "홍길동; 호랑이"),
    ],
)
def test_a_name_that_may_hold_such_a_word_itself_stays_whole(text: str, aliases: str) -> None:
    assert name_and_aliases(text) == (text, aliases)
    assert tell_apart([text], [""]) == ([text], [aliases])


def test_cells_of_both_columns_are_told_apart() -> None:
    assert tell_apart(["Ana a.k.a. Rosa", "Eva"], ["Lola", ""]) == (["Ana", "Eva"], ["Lola; Rosa", ""])


@pytest.mark.parametrize("blank", [" ", "\n", "\u3000", ", "])
def test_names_are_searched_together_for_what_parts_each(blank: str) -> None:
    words = (
        "also known as", "better known as", "known as", "aliases", "connu sous le nom de", "auch bekannt als",
        "también conocido como", "conhecida como", "он же", "она-же", "він же", "вона же", "известен как",
        "المعروف ب", "الملقبة بـ", "الشهير ب", "معروف به", "ملقب به", "a.k.a.", "aka", "ALİAS", "a k a", "又名", "别名",
        "別名", "化名", "曾用名", "별명", "일명",
    )  # fmt: skip
    cells = [f"Ana{blank}{form} Rosa" for word in words for form in (word, word.upper())]
    names = [name for cell in cells for name in (cell, "Eva a", "k", "")]
    parted = [name_and_aliases(name) for name in names]
    assert all(aliases for name, aliases in parted if "Rosa" in name)
    assert tell_apart(names, [""] * len(names)) == tuple(map(list, zip(*parted, strict=True)))
