"""Letters: what an officer asks of a host in a file that somebody carries there, signed by the officer's key (DSSE).

A letter asks for one thing that a request of the API would ask for, of one host, once, and until a moment.
"""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field

from linkage.agreement.model import AgencyName
from linkage.manifest import Moment, moment_text, parse_moment
from linkage.statement import Statement
from server.api.models import FreezeOrder, Identifier, Model, RunOrder, Word
from server.errors import LetterError

LONGEST_DAYS: Final = 31
_CLOCKS_APART: Final = timedelta(days=1)


class RunWish(RunOrder):
    """Compare what a plan says."""

    kind: Literal["run"] = "run"


class CancellationWish(Model):
    """Call a run off."""

    kind: Literal["cancellation"] = "cancellation"
    run: Identifier


class WithdrawalWish(Model):
    """Erase a submission, or the records of it that are named."""

    kind: Literal["withdrawal"] = "withdrawal"
    submission: Identifier
    tokens: list[Identifier] | None = Field(default=None, min_length=1, max_length=100_000)
    reason: Word = "withdrawn"


class FreezeWish(FreezeOrder):
    """Stop the operation."""

    kind: Literal["freeze"] = "freeze"


Wish = RunWish | CancellationWish | WithdrawalWish | FreezeWish


class Letter(Statement):
    """What an officer asks of a host.

    Attributes:
        host: id of the key of the host that it is for.
        operation: under which it is asked.
        written: when.
        until: when it is void.
        number: random; a host does what a letter asks once.
        wish: what is asked.
        checkpoint: the last one of the host's ledger that the agency saw.
    """

    payload_type: ClassVar[str] = "application/vnd.counterfoil.letter+json"
    limit_bytes: ClassVar[int] = 8 << 20
    error: ClassVar[type[LetterError]] = LetterError

    format: Literal["counterfoil-letter/1"] = "counterfoil-letter/1"
    host: Identifier
    operation: AgencyName
    written: Moment
    until: Moment
    number: Identifier
    wish: Annotated[Wish, Field(discriminator="kind")]
    checkpoint: str | None = Field(default=None, max_length=10_000)

    @classmethod
    def new(
        cls,
        wish: Wish,
        *,
        host: str,
        operation: str,
        now: datetime,
        days: int,
        number: str,
        checkpoint: str | None = None,
    ) -> Self:
        """Return a letter that is valid for some days from now."""
        return cls(
            host=host,
            operation=operation,
            written=moment_text(now),
            until=moment_text(now + timedelta(days=days)),
            number=number,
            wish=wish,
            checkpoint=checkpoint,
        )

    def require(self, *, host: str, now: datetime) -> None:
        """Do nothing if the letter is for this host and for now.

        Raises:
            LetterError: it is for another host, or its time has not come, is over or too long.
        """
        if self.host != host:
            raise LetterError("the letter is for another host", code="letter.host")
        written, until = parse_moment(self.written), parse_moment(self.until)
        if not written - _CLOCKS_APART <= now < until or until - written > timedelta(days=LONGEST_DAYS):
            raise LetterError(
                "the letter is not valid now",
                code="letter.time",
                hint=f"write it anew; a letter is valid for {LONGEST_DAYS} days at most",
            )
