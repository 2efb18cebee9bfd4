"""The description has an example of every document, parameter and error, and each is what it says it is."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from server.api import models
from server.api.description import example_of
from tests.server.house import House

DOCUMENTS = sorted(
    json.loads((Path(models.__file__).with_name("examples.json")).read_text(encoding="utf-8"))["documents"]
)


@cache
def description() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        found = House.at(Path(folder), database=None).client.get("/openapi.json").json
    assert found is not None
    return dict(found)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_example_is_the_document_that_it_names(name: str) -> None:
    model = getattr(models, name)
    found = example_of(name)
    assert model.model_validate(found).model_dump() == found


def test_every_operation_has_examples_of_what_is_sent_and_answered() -> None:
    missing = set()
    for name, operation in operations():
        bodies = {"request": operation.get("requestBody", {})} | operation["responses"]
        for place, body in bodies.items():
            for media_type, content in body.get("content", {}).items():
                if "example" not in content:
                    missing.add(f"{name}, {place}, {media_type}")
        missing |= {f"{name}, {each['name']}" for each in operation.get("parameters", []) if "example" not in each}
    assert missing == set()


def test_every_error_has_an_example_of_its_status() -> None:
    shared = description()["components"]["responses"]
    for name, operation in operations():
        errors = {status: body for status, body in operation["responses"].items() if status >= "400"}
        assert {"400", "404", "405", "413", "429", "500", "503"} <= set(errors), name
        for status, body in errors.items():
            (content,) = shared[body["$ref"].rpartition("/")[2]]["content"].values()
            assert content["examples"]
            for code, example in content["examples"].items():
                problem = models.Problem.model_validate(example["value"])
                assert (str(problem.status), problem.code) == (status, code)


def test_codes_of_examples_are_codes_that_are_explained() -> None:
    explained = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    for body in description()["components"]["responses"].values():
        for code in body["content"][models.PROBLEM_TYPE]["examples"]:
            assert f"| `{code}` |" in explained, code
