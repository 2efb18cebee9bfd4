"""Options that the commands of an agency share: its desk, and what is carried instead of being sent."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from server.client.desk import Desk
    from server.letter import Wish

CommandT = TypeVar("CommandT", bound=Callable[..., object])
FILE = click.Path(path_type=Path)
desk_option = click.option(
    "--desk",
    "desk_folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="What 'counterfoil agency join' has set up.",
)
file_option = click.option(
    "--file",
    "standing_path",
    type=FILE,
    metavar="FILE",
    help="Instead of asking: what 'counterfoil host export-status' wrote and 'counterfoil open' opened.",
)
_LETTER = click.option(
    "--letter",
    "letter_path",
    type=FILE,
    metavar="FILE",
    help="Instead of sending: a signed letter to carry to the host, for 'counterfoil host import'; a new file.",
)
_DAYS = click.option(
    "--letter-days", type=click.IntRange(1, 31), default=14, show_default=True, help="How long the letter is valid."
)


def letter_options(command: CommandT) -> CommandT:
    """Return `command` with the options of a letter."""
    return _LETTER(_DAYS(command))


def write_letter(desk: "Desk", path: Path, days: int, kind: type["Wish"], **stated: object) -> None:
    """Write a letter with what an officer wishes, and say what to do with it.

    Raises:
        LetterError: the wish has another form than it may.
        FileError: there is such a file, or it cannot be written.
    """
    import secrets

    from pydantic import ValidationError

    from linkage.files import write_whole
    from linkage.problems import first_problem
    from server.clock import system_clock
    from server.errors import LetterError
    from server.letter import Letter

    try:
        wish = kind.model_validate(stated)
    except ValidationError as error:
        raise LetterError(first_problem(error)) from None
    believed = desk.watcher().believed
    letter = Letter.new(
        wish,
        host=desk.host.key_id,
        operation=desk.operation,
        now=system_clock(),
        days=days,
        number=secrets.token_hex(16),
        checkpoint=None if believed is None else believed.encode().decode(),
    )
    write_whole(path, letter.signed(desk.key), overwrite=False)
    click.echo(
        f"{path}: to be carried to the host before {letter.until}\n"
        f"there: counterfoil host import {path.name} -o {path.stem}.receipt.json"
    )
