"""Whether packages may be compared with each other: in what they must differ, and in what they must be alike."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from linkage import Manifest, Package
from matcher.errors import MismatchError

_LEAST_PACKAGES = 2


class _Rule(NamedTuple):
    """What a manifest has of something, what to say when it breaks the rule, and what to do about it."""

    of: Callable[[Manifest], Hashable]
    says: str
    code: str
    hint: str


_MUST_DIFFER = (
    _Rule(lambda manifest: manifest.encodings_digest, "hold the same encodings", "match.repeated", "give each once"),
    _Rule(
        lambda manifest: (manifest.agency, manifest.category),
        "are packages of one agency and category",
        "match.repeated",
        "give the newer one only, or put all records of a category into one package",
    ),
)
_MUST_BE_ALIKE = (
    _Rule(
        lambda manifest: manifest.linkage_schema.digest,
        "were made with different linkage schemas",
        "match.schema",
        "all agencies must encode with the schema of the operation; 'counterfoil schema check' shows its digest",
    ),
    _Rule(lambda manifest: manifest.bits, "have encodings of different widths in bits", "match.bits", ""),
    _Rule(lambda manifest: manifest.measure, "are made for different measures", "match.measure", ""),
)
_SECRET = _Rule(
    lambda manifest: manifest.key_confirmation,
    "were made with different secrets",
    "match.secret",
    "all agencies must encode with the secret of the operation",
)


def check_compatible(packages: Sequence[Package]) -> None:
    """Raise MismatchError unless the packages are at least two, all different, and of one making."""
    if len(packages) < _LEAST_PACKAGES:
        raise MismatchError("linking needs at least two packages", code="match.too-few")
    for rule in _MUST_DIFFER:
        for names in _names_by_value(packages, rule).values():
            if len(names) > 1:
                raise MismatchError(f"{' and '.join(names)} {rule.says}", code=rule.code, hint=rule.hint)
    for rule in _MUST_BE_ALIKE:
        found = _names_by_value(packages, rule)
        sides = "; ".join(f"{' and '.join(names)} ({value})" for value, names in found.items())
        _check_alike(len(found), rule, sides)
    found = _names_by_value(packages, _SECRET)
    _check_alike(len(found), _SECRET, "; ".join(" and ".join(names) for names in found.values()))


def _names_by_value(packages: Sequence[Package], rule: _Rule) -> dict[Hashable, list[str]]:
    """Return the file names of the packages by what their manifests have of something."""
    names = defaultdict(list)
    for package in packages:
        names[rule.of(package.manifest)].append(str(package.path))
    return names


def _check_alike(kinds: int, rule: _Rule, sides: str) -> None:
    if kinds > 1:
        raise MismatchError(f"the packages {rule.says}: {sides}", code=rule.code, hint=rule.hint)
