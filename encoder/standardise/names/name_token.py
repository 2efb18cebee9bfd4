"""One part of a name, with the keys by which it is compared."""

from functools import lru_cache
from typing import NamedTuple

from encoder.standardise.names.classes import name_class
from encoder.standardise.names.fold import phonetic_of, skeleton_of
from encoder.standardise.names.han_readings import NO_READINGS, Readings


class NameToken(NamedTuple):
    """One part of a name, and what is compared of it, worked out once: names that have it share it.

    Attributes:
        folded: romanised and folded, letters a to z only.
        initial: whether only the first letter of the part is known.
        script: script in which it was written, in capitals.
        form: the part as written, lower case, for look-ups; of a Japanese one in Chinese characters its usual reading.
        spellings: the folded form, and those of Korean and further Japanese readings. An initial has its letter.
        skeletons: consonants of the folded form and of all readings: how Cantonese spells its vowels differs from port
            to port. None for an initial, which says how a part begins, and neither sound nor meaning of it.
        phonetics: coarse keys of the sound of the folded form and of all readings; none for an initial.
        readings: how Chinese characters are read besides.
    """

    folded: str
    initial: bool
    script: str
    form: str
    spellings: tuple[str, ...]
    skeletons: tuple[str, ...]
    phonetics: tuple[str, ...]
    readings: Readings = NO_READINGS

    @classmethod
    def of(
        cls, folded: str, script: str, form: str, *, initial: bool = False, readings: Readings = NO_READINGS
    ) -> "NameToken":
        """Return the token of a part with its keys."""
        if initial:
            return cls(folded, initial, script, form, (folded,), (), ())
        spellings: tuple[str, ...] = (folded, *readings.spelled)
        sounds = [_sound_of(folded) for folded in (*spellings, *readings.sounded)]
        skeletons = tuple([skeleton for skeleton, _ in sounds])
        phonetics = tuple([phonetic for _, phonetic in sounds if phonetic])
        return cls(folded, initial, script, form, spellings, skeletons, phonetics, readings)

    @property
    def classes(self) -> tuple[str, ...]:
        """Attested equivalents, the likeliest first; none for an initial."""
        return () if self.initial else name_class(self.form)


@lru_cache(maxsize=1 << 16)
def _sound_of(folded: str) -> tuple[str, str]:
    """Return the skeleton and the phonetic key of a folded form."""
    skeleton = skeleton_of(folded)
    return skeleton, phonetic_of(skeleton)
