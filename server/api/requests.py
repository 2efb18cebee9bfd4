"""Requests as they are read: JSON strictly, and as many bytes as their route takes."""

from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from linkage.canonical import parse_json

JSON_TYPE = "application/json"


class StrictRequest(Request):
    """A request whose JSON must be called so, be UTF-8, and name no key twice."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Flask's contract
        """Return the JSON document of the body."""
        self.require_type(JSON_TYPE)
        try:
            return parse_json(self.get_data(cache=True))
        except ValueError:
            raise BadRequest from None

    def require_type(self, media_type: str) -> None:
        """Raise UnsupportedMediaType unless the body is of this type."""
        if self.mimetype != media_type:
            raise UnsupportedMediaType
