"""What a Pydantic validation found, in words that never quote a value."""

from collections.abc import Callable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]


def dotted(location: Location) -> str:
    """Return a location as ``features[2].hashing.strategy``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def first_problem(error: ValidationError, name: Callable[[Location], str] = dotted) -> str:
    """Return "where: what" for the first problem in `error`, and how many more there are.

    Args:
        error: what Pydantic raised.
        name: turns a location into words.
    """
    found = error.errors(include_url=False, include_input=False, include_context=True)
    problems = [problem for problem in found if not _follows_from_others(problem, found)]
    rest = len(problems) - 1
    more = f" (and {rest} more problem{'s' if rest > 1 else ''})" if rest else ""
    return f"{_problem(problems[0], name)}{more}"


def _follows_from_others(problem: ErrorDetails, found: list[ErrorDetails]) -> bool:
    """Return whether a list is called too short only because items of it are at fault: Pydantic leaves those out."""
    place = problem["loc"]
    return problem["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in found
    )


def _problem(problem: ErrorDetails, name: Callable[[Location], str]) -> str:
    location = tuple(part for part in problem["loc"] if part != "tagged-union")
    kind = problem["type"]
    if kind == "missing":
        return f"{name(location)} is missing"
    if kind == "extra_forbidden":
        return f"{name(location)} is not a known key"
    if kind == "value_error":
        message = str(problem["ctx"]["error"])
    elif kind == "union_tag_invalid":
        message = f"{problem['ctx']['discriminator']} must be one of {problem['ctx']['expected_tags']}"
    elif kind == "union_tag_not_found":
        message = f"{problem['ctx']['discriminator']} is missing"
    elif kind == "string_pattern_mismatch":
        message = "has a form that is not allowed"
    else:
        message = problem["msg"][:1].lower() + problem["msg"][1:]
    where = name(location)
    return f"{where}: {message}" if where else message
