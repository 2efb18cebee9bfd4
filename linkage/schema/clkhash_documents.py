"""clkhash's linkage schema documents, versions 1 to 3, to and from ours.

The conversions are those of clkhash 0.18.3. Keys that clkhash allows and leaves without effect are dropped; the one
exception is `xorFolds`, which its documentation describes and its code overlooks: here it folds, as documented.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from linkage.errors import SchemaError

VERSIONS = (1, 2, 3)
Document = dict[str, Any]


def from_clkhash(document: Mapping[str, Any]) -> Document:
    """Return a clkhash document (`version` 1, 2 or 3) as a document of our own format, not yet validated.

    Raises:
        SchemaError: the document is so far off that its parts cannot be found.
    """
    version = document["version"]
    config = _object(document.get("clkConfig"), "clkConfig")
    features = document.get("features")
    if not isinstance(features, list):
        raise SchemaError("features must be a list")
    return {
        "version": "counterfoil/1",
        "clkConfig": _clk_config(config),
        "features": [_feature(feature, position, version, config) for position, feature in enumerate(features)],
    }


def to_clkhash(document: Mapping[str, Any]) -> Document:
    """Return a document of our own format as a clkhash document of version 3, for the reference engine.

    Raises:
        SchemaError: a field has frequency weights, which clkhash does not know.
    """
    config = dict(document["clkConfig"])
    config["xor_folds"] = config.pop("xorFolds", 0)
    return {"version": 3, "clkConfig": config, "features": [_to_feature(feature) for feature in document["features"]]}


def _clk_config(config: Mapping[str, Any]) -> Document:
    kdf = _object(config.get("kdf"), "clkConfig.kdf")
    folds = [config[name] for name in ("xor_folds", "xorFolds") if name in config]
    if len(folds) == 2 and folds[0] != folds[1]:  # noqa: PLR2004
        raise SchemaError("clkConfig: xor_folds and xorFolds differ")
    kept = {key: kdf[key] for key in ("type", "hash", "keySize") if key in kdf}
    kept |= {key: _base64(kdf[key], f"clkConfig.kdf.{key}") for key in ("salt", "info") if key in kdf}
    result: Document = {"kdf": kept}
    if "l" in config:
        result["l"] = config["l"]
    if folds:
        result["xorFolds"] = folds[0]
    return result


def _feature(feature: Any, position: int, version: int, config: Mapping[str, Any]) -> Document:
    feature = _object(feature, f"features[{position}]")
    kept = {key: feature[key] for key in ("identifier", "description") if key in feature}
    hashing = feature.get("hashing")
    if feature.get("ignored", False) is True:
        return kept | {"ignored": True}
    if "format" in feature:
        kept["format"] = feature["format"]
    if not isinstance(hashing, Mapping):
        return kept
    name = f"field '{feature.get('identifier', position)}'"
    _refuse_ours(hashing, name)
    if version == 1:
        weight = hashing.get("weight", 1.0)
        if not isinstance(weight, int | float) or isinstance(weight, bool) or weight < 0:
            raise SchemaError(f"{name}: weight must be a number of at least 0")
        if weight == 0:
            return {"identifier": feature.get("identifier"), "ignored": True}
        k = _whole_number(config.get("k"), "clkConfig.k")
        hashing = {key: value for key, value in hashing.items() if key != "weight"}
        hashing |= {"strategy": {"k": round(weight * k)}, "hash": config.get("hash")}
    if version < 3:  # noqa: PLR2004
        hashing = _hashing_2_to_3(hashing, name)
    kept["hashing"] = _hashing(hashing, name)
    return kept


def _hashing_2_to_3(hashing: Mapping[str, Any], name: str) -> Document:
    strategy = _object(hashing.get("strategy"), f"{name}: hashing.strategy")
    names = {"k": "bitsPerToken", "numBits": "bitsPerFeature"}
    renamed = {names.get(key, key): value for key, value in strategy.items()}
    rest = {key: value for key, value in hashing.items() if key not in ("ngram", "positional")}
    comparison = {"type": "ngram", "positional": hashing.get("positional", False)}
    if "ngram" in hashing:
        comparison["n"] = hashing["ngram"]
    counts = {key: _whole_number(value, f"{name}: {key}") for key, value in renamed.items()}
    return {**rest, "strategy": counts, "comparison": comparison}


_ALLOWED = {
    "ngram": ("type", "n", "positional"),
    "exact": ("type",),
    "numeric": ("type", "thresholdDistance", "resolution", "fractional_precision"),
    "blakeHash": ("type",),
    "doubleHash": ("type", "prevent_singularity"),
}


def _hashing(hashing: Mapping[str, Any], name: str) -> Document:
    result = dict(hashing)
    for part in ("comparison", "hash"):
        if isinstance(hashing.get(part), Mapping):
            content = hashing[part]
            if content.get("type") == "blakeHash" and "prevent_singularity" in content:
                raise SchemaError(f"{name}: prevent_singularity belongs to doubleHash only")
            allowed = _ALLOWED.get(str(content.get("type")), tuple(content))
            result[part] = {key: value for key, value in content.items() if key in allowed}
    if isinstance(hashing.get("missingValue"), Mapping):
        missing = hashing["missingValue"]
        result["missingValue"] = {key: missing[key] for key in ("sentinel", "replaceWith") if key in missing}
    return result


def _refuse_ours(hashing: Mapping[str, Any], name: str) -> None:
    strategy = hashing.get("strategy")
    for key, part in (("salt", hashing), ("frequencyWeights", strategy if isinstance(strategy, Mapping) else {})):
        if key in part:
            raise SchemaError(f'{name}: {key} is no key of a linkage schema of clkhash; use version "counterfoil/1"')


def _to_feature(feature: Mapping[str, Any]) -> Document:
    if feature.get("ignored"):
        return {"identifier": feature["identifier"], "ignored": True}
    kept: Document = {key: feature[key] for key in ("identifier", "format", "hashing")}
    _refuse_ours(kept["hashing"], f"field '{feature['identifier']}'")
    if "pattern" in kept["format"]:
        kept["format"] = {key: value for key, value in kept["format"].items() if key != "case"}
    return kept


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SchemaError(f"{name} must be an object")
    return value


def _whole_number(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise SchemaError(f"{name} must be a whole number")
    return int(value)


def _base64(value: Any, name: str) -> str:
    """Return `value` in canonical base64; like clkhash, characters outside the alphabet are passed over."""
    try:
        return base64.b64encode(base64.b64decode(value)).decode("ascii")
    except (binascii.Error, TypeError, ValueError):
        raise SchemaError(f"{name} must be base64") from None
