from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from linkage.problems import dotted, first_problem


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=1)


class Dog(BaseModel):
    kind: Literal["dog"]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(default="x", pattern="^[a-z]+$")
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    age: int = 1
    names: tuple[str, ...] = Field(default=("x",), min_length=1, strict=False)

    @field_validator("age")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("must be odd")
        return value


def problem(content: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate(content)
    return first_problem(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"name": "SECRET"}, "name: has a form that is not allowed"),
        ({"secret": 1}, "secret is not a known key"),
        ({"age": 2}, "age: must be odd"),
        ({"age": "SECRET"}, "age: input should be a valid integer"),
        ({"pets": [{"kind": "cat"}]}, "pets[0].cat.lives is missing"),
        ({"pets": [{"kind": "cat", "lives": 0}]}, "pets[0].cat.lives: input should be greater than or equal to 1"),
        ({"pets": [{"kind": "SECRET"}]}, "pets[0]: 'kind' must be one of 'cat', 'dog'"),
        ({"pets": [{}]}, "pets[0]: 'kind' is missing"),
        ({"names": [1]}, "names[0]: input should be a valid string"),
        ({"names": []}, "names: tuple should have at least 1 item after validation, not 0"),
        ([], "input should be a valid dictionary or instance of Model"),
    ],
)
def test_problem_is_told_by_place_and_rule_without_the_value(content: Any, message: str) -> None:
    assert problem(content) == message
    assert "SECRET" not in problem(content)


def test_more_problems_are_counted() -> None:
    assert problem({"age": 2, "name": "X", "more": 1}).endswith("(and 2 more problems)")
    assert problem({"age": 2, "name": "X"}).endswith("(and 1 more problem)")


def test_place_may_be_told_in_other_words() -> None:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"age": 2})
    assert first_problem(caught.value, lambda location: f"the {location[0]}") == "the age: must be odd"


@pytest.mark.parametrize(
    ("location", "text"), [((), ""), (("a",), "a"), (("a", 0, "b", "c", 2, 3), "a[0].b.c[2][3]"), ((1, "a"), "[1].a")]
)
def test_location_is_written_with_dots_and_brackets(location: tuple[int | str, ...], text: str) -> None:
    assert dotted(location) == text
