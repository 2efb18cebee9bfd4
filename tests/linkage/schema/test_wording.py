"""A hardening step in words."""

import pytest

from linkage.schema import load_schema
from linkage.schema.wording import step_words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "person",
            "minhash (components 7, symbols 3584, draws 1792, 6 symbols apart of document number and document pieces)",
        ),
        ("febrl4", "minhash (components 7, symbols 3584, draws 1792, 8 symbols apart of soc_sec_id)"),
    ],
)
def test_steps_of_built_in_schemas_in_words(name: str, expected: str) -> None:
    assert [step_words(step) for step in load_schema(name).hardening] == [expected]


def test_a_step_without_numbers_is_its_name() -> None:
    document = load_schema("febrl4").document() | {"hardening": [{"step": "balance"}]}
    assert [step_words(step) for step in load_schema(document).hardening] == ["balance"]
