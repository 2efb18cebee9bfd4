"""What all parts of a linkage schema have in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """An immutable value with exactly the keys that it names; read by the names of Python or those of JSON."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)
