"""The rule table: who may call which route, and what the ledger says of it. A route that is not in it is denied."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from linkage.credential import Role
from linkage.ledger import Kind


class Rule(BaseModel):
    """One line of the table.

    Attributes:
        route: as Flask writes it.
        method: of HTTP.
        roles: who may call it; empty for everybody, without a signature.
        relation: what an agency must be to the object: a party of its operation, and its owner or one of those who
            share it as well. Roles of the host stand above this. "applicant" stands for whoever brings a credential.
        ledger: kinds of the entries that a call may write.
        exempt: why there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    route: str = Field(pattern=r"^/")
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    roles: frozenset[Role]
    relation: Literal["anyone", "applicant", "officer", "party", "owner", "sharer"]
    ledger: frozenset[Kind] = frozenset()
    exempt: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.roles) == (self.relation in ("anyone", "applicant")):
            raise ValueError("roles are named exactly where a signature of an officer is asked for")
        if bool(self.ledger) == bool(self.exempt):
            raise ValueError("name the entries of the ledger, or say why there are none")
        return self


class JobRule(BaseModel):
    """What a job of the host may write into the ledger."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    ledger: frozenset[Kind] = Field(min_length=1)


@cache
def rule_table() -> dict[tuple[str, str], Rule]:
    """Return the rules by route and method."""
    rules = [Rule.model_validate(rule) for rule in _document()["rule"]]
    return {(rule.route, rule.method): rule for rule in rules}


@cache
def job_table() -> dict[str, JobRule]:
    """Return the rules of jobs by their names."""
    rules = [JobRule.model_validate(rule) for rule in _document()["job"]]
    return {rule.name: rule for rule in rules}


@cache
def gate_kinds() -> frozenset[Kind]:
    """Return the kinds of entries that any signed request may write before its route is looked at."""
    return frozenset(Kind(name) for name in _document()["gate"]["ledger"])


def _document() -> dict[str, Any]:
    return tomllib.loads(files("server").joinpath("rules.toml").read_text(encoding="utf-8"))
