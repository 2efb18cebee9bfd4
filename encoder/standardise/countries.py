"""States as ISO 3166-1 alpha-2, from codes of several kinds, names in eighty languages, and demonyms.

Serves nationality, country of birth and country of issue. Dissolved states, territories, the ICAO codes of issuers that
are no state, statelessness and refugee status are read too (`tables/states.tsv` says how each is treated).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple

from encoder.standardise.missing import MissingKind, missing_kind
from encoder.standardise.table_keys import table_key

StateKind = Literal["state", "dissolved", "territory", "issuer", "stateless", "refugee"]

_TABLES = Path(__file__).parent / "tables"
_BETWEEN = re.compile(r"\s*[/;|,+&]\s*|\s+(?:and|et|und|y|e|и|та|و)\s+", re.IGNORECASE)
_CITIZEN = re.compile(
    r"^(?:citizen of|national of|nationality|ressortissante? de?|ciudadan[oa] de|cidad[ãa]o? de|гражданство|гражданин|"
    r"гражданка|гр\.|громадянство|громадянин|громадянка|"
    r"warga\s?negara|kewarganegaraan|quốc tịch|สัญชาติ|国籍|國籍|국적|جنسية)"
    r"[\s:]*",
    re.IGNORECASE,
)
"""What stands before a country in words for its citizen or its nationality."""
_REPUBLIC = re.compile(
    r"^(?:the )?(?:republic of(?: the)?|république (?:du|de la|de|d['’])|república (?:del|de la|de|do|da)|"
    r"республик[аи]|республік[аи]|جمهورية|جمهوری)\s*",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"([^()\n]+)\(([^()\n]+)\)")  # Myanmar (Burma): either name alone is one, too

_LEAST_FOR_ENDING = 5
_GENITIVES = {"ы": "а", "и": "ая", "і": "я"}  # Cyrillic: Украины, России, України, Росії


class State(NamedTuple):
    """One entry of the table.

    Attributes:
        code: alpha-2 of today, or what stands for the entry (SU, YU, CSHH, CSXX, XXA, UN ...).
        kind: what it is.
        beside: codes that stand beside it in a comparison: successors, or the state whose nationality is held.
    """

    code: str
    kind: StateKind = "state"
    beside: tuple[str, ...] = ()


class ReadCountry(NamedTuple):
    """The states that a cell names, or which kind of nothing it says; neither when it is not understood."""

    states: tuple[State, ...]
    missing: MissingKind | None = None

    @property
    def problem(self) -> Literal["country-not-understood", "refugee-is-no-nationality"] | None:
        """What the preview should say about this cell."""
        if any(state.kind == "refugee" for state in self.states):
            return "refugee-is-no-nationality"
        return "country-not-understood" if not self.states and self.missing is None else None


_NOTHING_SAID = State("XXX")

_UNKNOWN_NOT_UNMIK = "unk"
"""In a spreadsheet UNK says "unknown"; in a machine readable zone it is the United Nations mission in Kosovo."""


@lru_cache(maxsize=4096)
def read_country(text: str) -> ReadCountry:
    """Return the states named in `text`: one, or several where it lists several nationalities."""
    key = table_key(text)
    state = states_by_key().get(key)
    if state is None or key == _UNKNOWN_NOT_UNMIK:
        missing = missing_kind(text, "country")
        if missing is not None:
            return ReadCountry((), missing)
        state = _find(key)
    if state is not None:
        return ReadCountry((), "unknown") if state is _NOTHING_SAID else ReadCountry((state,))
    stated = _REPUBLIC.sub("", _CITIZEN.sub("", text.strip()))
    if stated and stated != text.strip():
        return read_country(stated)
    parts = [part for part in _BETWEEN.split(text.replace("(", ",").replace(")", "")) if part.strip()]
    if len(parts) > 1:
        found = dict.fromkeys(_find(table_key(part)) for part in parts)
        if None not in found and _NOTHING_SAID not in found:
            return ReadCountry(tuple(state for state in found if state is not None))
    return ReadCountry(())


def nationality_parts(text: str) -> tuple[str, ...]:
    """Return what is hashed of a nationality: codes in order, without repetition; nothing where none is known.

    A state gives its code. A dissolved state gives its own code and its successors', so that it meets a record that
    says the same and, in one part, a record that names a successor. A territory gives its code and that of the state
    whose nationality its people hold. Statelessness gives XXA. Refugee status gives nothing: another file names the
    state of origin, and the two would contradict each other.
    """
    parts: dict[str, None] = {}
    for state in read_country(text).states:
        if state.kind != "refugee":
            parts.update(dict.fromkeys((state.code, *state.beside)))
    return tuple(parts)


def code_in_zone(code: str) -> str | None:
    """Return our code for a code of a machine readable zone (ICAO Doc 9303-3 section 5), or None."""
    state = _find(table_key(code))
    return None if state is None or state is _NOTHING_SAID else state.code


def country_code(text: str) -> str | None:
    """Return the one code that `text` names, or None: for a country of birth or of issue, where one is meant."""
    states = read_country(text).states
    return states[0].code if len(states) == 1 else None


def _find(key: str) -> State | None:
    """Return the state of a table key, also one with its initials parted, a zero lost or another ending."""
    states = states_by_key()
    found = states.get(key) or states.get(key.replace(" ", "")) or (states.get(key.zfill(3)) if key.isdigit() else None)
    if found is not None or (len(key) < _LEAST_FOR_ENDING and key.isascii()):
        return found
    return next((states[shorter] for shorter in _without_ending(key) if shorter in states), None)


def _without_ending(key: str) -> Iterator[str]:
    """Yield what may be the masculine of a feminine demonym, or the country of a "person of": 法国人, 프랑스인."""
    if key.startswith("ال"):
        yield key[2:]
        yield key[2:-1]
    if key.endswith(("nne", "tte")):
        yield key[:-2]
    if key[-1:] in "aeهяау":
        yield key[:-1]
    genitive = _GENITIVES.get(key[-1:], "")
    yield from (key[:-1] + last for last in genitive)  # of Ukraine, of Russia
    if key[-1] == "a":
        yield key[:-1] + "o"
    if key.endswith(("人", "籍")):
        yield key[:-1]
    for ending in ("인", "국적", "사람"):
        if key.endswith(table_key(ending)):
            yield key.removesuffix(table_key(ending)).strip()


@cache
def states_by_key() -> Mapping[str, State]:
    """Return table key -> state: names of today first, then those of `states.tsv`, which decide, then demonyms."""
    special = [line.split("\t") for line in _lines("states.tsv")]
    states = {code: State(code) for code in (line.split("\t")[0] for line in _lines("countries.tsv"))}
    for kind, code, _, beside, _ in special:
        if kind == "territory":
            states[code] = State(code, "territory", (beside,))
    states["XK"] = State("XK")
    found: dict[str, State] = {}
    codes: dict[str, State] = {}
    demonyms: list[tuple[str, str]] = []
    for line in _lines("countries.tsv"):
        code, alpha3, numeric, names, called = line.split("\t")
        codes.update(dict.fromkeys((code.lower(), alpha3.lower(), numeric), states[code]))
        for word in names.split(" | "):
            short, _, style = word.partition(", ")  # "Tanzania, United Republic of"
            for form in (word, f"{style} {short}"):
                found.setdefault(table_key(form), states[code])
        demonyms.extend((word, code) for word in called.split(" | ") if word)
    found |= codes
    for kind, code, others, beside, names in special:
        state = states[code] if kind in {"renamed", "territory"} else _special(kind, code, beside)
        for word in (code, *others.split(), *names.split(" | ")):
            found[table_key(word)] = state
    for line in _lines("demonyms.tsv"):
        code, called = line.split("\t")
        demonyms.extend((word, code) for word in called.split(" | "))
    for word, code in demonyms:
        found.setdefault(table_key(word), states[code])
    for key, code in _of_brackets().items():
        found.setdefault(key, states[code])
    found.pop("", None)
    return found


def _of_brackets() -> dict[str, str]:
    """Return table key -> code of names beside another in brackets, and of those others, if they are of one state."""
    codes: dict[str, set[str]] = {}
    for line in _lines("countries.tsv"):
        code, _, _, names, _ = line.split("\t")
        for form in chain.from_iterable(_IN_BRACKETS.findall(names.replace(" | ", "\n"))):
            codes.setdefault(table_key(form), set()).add(code)
    return {key: next(iter(found)) for key, found in codes.items() if len(found) == 1}


def _special(kind: str, code: str, beside: str) -> State:
    kinds: Mapping[str, StateKind] = {
        "dissolved": "dissolved",
        "issuer": "issuer",
        "stateless": "stateless",
        "refugee": "refugee",
    }
    return _NOTHING_SAID if kind == "unspecified" else State(code, kinds[kind], tuple(beside.split()))


def _lines(name: str) -> Iterator[str]:
    for line in (_TABLES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
