"""What the commands of all packages share: the program itself, and how they print and show progress."""

from linkage.command.output import emit, example, json_option
from linkage.command.program import main
from linkage.command.progress import OnProgress, progress
from linkage.command.shared import SharedGroup

__all__ = ["OnProgress", "SharedGroup", "emit", "example", "json_option", "main", "progress"]
