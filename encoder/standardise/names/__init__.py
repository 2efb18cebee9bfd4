"""Names of the world, made comparable: tokens, folded spelling, consonant skeleton, phonetic key, equivalence class."""

from encoder.standardise.names.classes import name_class
from encoder.standardise.names.fold import fold, phonetic, skeleton
from encoder.standardise.names.languages import tells_of_names, told, told_of_one
from encoder.standardise.names.name_token import NameToken
from encoder.standardise.names.reading import Name, read_name

__all__ = [
    "Name",
    "NameToken",
    "fold",
    "name_class",
    "phonetic",
    "read_name",
    "skeleton",
    "tells_of_names",
    "told",
    "told_of_one",
]
