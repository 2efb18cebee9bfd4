"""Salting: the tokens of a field hashed together with another field's value of the same record.

F. Niedermeyer, S. Steinmetzer, M. Kroll, R. Schnell, "Cryptanalysis of basic Bloom filters used for privacy preserving
record linkage", J. Privacy and Confidentiality 2014. Every field has a key of its own already, which salts it against
all others at no cost. A salt by an attribute, such as the year of birth, breaks up what is frequent: equal names of
people born in different years no longer have a bit in common by design.

It costs recall: an error in the salting attribute destroys all similarity of the salted field, and a record without
that attribute has none of the field hashed. So it is off unless a schema asks for it, and a bad trade where the
attribute is often guessed. It hinders the mining of frequent patterns; graph matching it hinders only where the
attribute is nearly unique.
"""

from collections import Counter
from collections.abc import Sequence


def check_salts(salts: Sequence[tuple[str, str | None]]) -> None:
    """Check the salts of hashed fields, given as (identifier, identifier of the salting field or None).

    Raises:
        ValueError: a salt is not one other hashed field.
    """
    names = Counter(identifier for identifier, _ in salts)
    for identifier, salt in salts:
        if salt is not None and (salt == identifier or names[salt] != 1):
            raise ValueError(f"field '{identifier}': salt must name one other hashed field")
