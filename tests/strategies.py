"""Hypothesis strategies for linkage schemas of clkhash and rows for them."""

from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

LETTERS = st.text(
    alphabet=st.one_of(
        st.sampled_from("abcdefgz ABCZ-'019"),
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("éßДмиاحد王小明किम서"),
    ),
    max_size=12,
)
WHOLE_NUMBERS = st.one_of(
    st.integers(-5000, 5000).map(str),
    st.sampled_from(["+7", " 12 ", "1_000", "٣٤", "007", "-0", "1e3", "x", "", "12.5"]),
)
DATE_FORMATS = ["%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%m%d%Y", "%d.%m.%y", "%Y", "%Y-%j", "%d %b %Y", "%Y/%m/%d %H:%M"]
DATES = st.one_of(
    st.tuples(st.dates(), st.sampled_from(DATE_FORMATS)).map(lambda pair: pair[0].strftime(pair[1])),
    st.sampled_from(["", "30022001", "2001-02-30", "1-2-2001", "19990101", "0999-01-01", "99990101 ", "٢٠٠١-٠١-٠٢"]),
)
NUMBERS = st.one_of(
    st.floats(-1000, 1000, allow_nan=False).map(str),
    st.integers(-10_000, 10_000).map(str),
    st.sampled_from(["", "nan", "inf", "1e2", "0.5", "-0.5", "text", " 3 ", "24.99", "25.5", "1_0"]),
)


@st.composite
def comparisons(draw: st.DrawFn) -> Document:
    """Any comparison of version 3."""
    kind = draw(st.sampled_from(["ngram", "ngram", "ngram", "exact", "numeric"]))
    if kind == "exact":
        return {"type": "exact"}
    if kind == "ngram":
        document: Document = {"type": "ngram", "n": draw(st.integers(1, 4))}
        if draw(st.booleans()):
            document["positional"] = draw(st.booleans())
        return document
    return {
        "type": "numeric",
        "thresholdDistance": draw(st.sampled_from([1, 2.5, 10, 7, 0.25, 100.0, 0.001])),
        "resolution": draw(st.integers(1, 5)),
        "fractional_precision": draw(st.integers(0, 3)),
    }


@st.composite
def formats(draw: st.DrawFn) -> tuple[Document, st.SearchStrategy[str]]:
    """Any format, with a strategy for values that often fit it."""
    kind = draw(st.sampled_from(["string", "string", "pattern", "integer", "date", "enum", "number"]))
    if kind == "integer":
        document: Document = {"type": "integer"}
        if draw(st.booleans()):
            document["minimum"] = draw(st.integers(-100, 0))
        if draw(st.booleans()):
            document["maximum"] = draw(st.integers(0, 5000))
        return document, WHOLE_NUMBERS
    if kind == "date":
        return {"type": "date", "format": draw(st.sampled_from(DATE_FORMATS))}, DATES
    if kind == "enum":
        values = draw(st.lists(LETTERS, min_size=1, max_size=4, unique=True))
        return {"type": "enum", "values": values}, st.one_of(st.sampled_from(values), LETTERS)
    document = {"type": "string"}
    if draw(st.booleans()):
        document["encoding"] = draw(st.sampled_from(["ascii", "utf-8", "utf-16", "utf-32"]))
    if kind == "number":
        return document, NUMBERS
    if kind == "pattern":
        document["pattern"] = draw(st.sampled_from([r"[a-z ]*", r"\w+", r".*", r"(?i)[a-g]{0,6}"]))
        return document, LETTERS
    if draw(st.booleans()):
        document["case"] = draw(st.sampled_from(["lower", "upper", "mixed"]))
    if draw(st.booleans()):
        document["minLength"] = draw(st.integers(0, 3))
    if draw(st.booleans()):
        document["maxLength"] = draw(st.integers(3, 12))
    return document, LETTERS


@st.composite
def features(draw: st.DrawFn, position: int) -> tuple[Document, st.SearchStrategy[str]]:
    """Any feature of version 3, with a strategy for its values."""
    identifier = f"field {position}"
    format_, values = draw(formats())
    strategy = draw(st.sampled_from(["bitsPerToken", "bitsPerFeature"]))
    hashing: Document = {
        "comparison": draw(comparisons()),
        "strategy": {strategy: draw(st.sampled_from([1, 2, 7, 20, 31, 32, 33, 64, 70, 100]))},
    }
    families: list[Document | None] = [None, {"type": "blakeHash"}, {"type": "doubleHash"}]
    families += [{"type": "doubleHash", "prevent_singularity": guarded} for guarded in (True, False)]
    family = draw(st.sampled_from(families))
    if family is not None:
        hashing["hash"] = family
    if draw(st.booleans()):
        missing: Document = {"sentinel": draw(st.sampled_from(["", "N/A", "é", "0"]))}
        if draw(st.booleans()):
            missing["replaceWith"] = draw(st.sampled_from(["", "unknown", "0", "19000101"]))
        hashing["missingValue"] = missing
        values = st.one_of(values, st.just(missing["sentinel"]))
    feature: Document = {"identifier": identifier, "format": format_, "hashing": hashing}
    if draw(st.integers(0, 9)) == 0:
        feature = draw(st.sampled_from([{"identifier": identifier, "ignored": True}, feature | {"ignored": True}]))
    return feature, values


@st.composite
def kdfs(draw: st.DrawFn) -> Document:
    """Any key derivation setting."""
    document: Document = {"type": "HKDF"}
    settings: dict[str, list[Any]] = {
        "hash": ["SHA256", "SHA512"],
        "salt": ["", "c2FsdA==", "SCbL2zHNnmsckfzchsNkZQ=="],
        "info": ["", "aW5mbw=="],
        "keySize": [1, 16, 32, 64],
    }
    for key, choices in settings.items():
        if draw(st.booleans()):
            document[key] = draw(st.sampled_from(choices))
    return document


@st.composite
def schemas_and_rows(draw: st.DrawFn) -> tuple[Document, list[tuple[str, ...]]]:
    """A schema document of version 3 that clkhash accepts, and rows of which most fit."""
    drawn = [draw(features(position)) for position in range(draw(st.integers(1, 4)))]
    double = all(f.get("hashing", {}).get("hash", {}).get("type") == "doubleHash" for f, _ in drawn if "hashing" in f)
    lengths = [8, 64, 128, 1024] + [13, 1000] * double  # blakeHash needs a power of two
    config: Document = {"l": draw(st.sampled_from(lengths)), "kdf": draw(kdfs())}
    if draw(st.booleans()):
        config["xor_folds"] = draw(st.integers(0, 2))
    document = {"version": 3, "clkConfig": config, "features": [feature for feature, _ in drawn]}
    rows = draw(st.lists(st.tuples(*(values for _, values in drawn)), min_size=1, max_size=5))
    return document, rows
