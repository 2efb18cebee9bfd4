"""What a demonstration leaves beside the files of the parties: figures, commands and the page."""

from pathlib import Path

from linkage.canonical import canonical_json
from trial.demonstration import evaluation_command, preparation
from trial.figures import Figures
from trial.page import demonstration_page
from trial.service.figures import ServiceFigures

PAGE = "demonstration.html"
FIGURES = "figures.json"
COMMANDS = "commands.txt"


def write_exhibits(folder: Path, figures: Figures, *, name: str) -> str:
    """Write them into `folder`, which will be called `name`, and return the file name of the page."""
    commands = list_commands(figures, name)
    (folder / FIGURES).write_bytes(canonical_json(figures.document()) + b"\n")
    (folder / COMMANDS).write_text("\n".join(commands) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(demonstration_page(figures, commands), encoding="utf-8")
    return PAGE


def write_service_exhibits(folder: Path, figures: ServiceFigures, *, name: str) -> None:
    """Write figures and commands of a demonstration through a service into `folder`, which will be called `name`."""
    agencies = list(figures.agencies)
    groups = [f"{agency}/{agency}.groups.csv" for agency in agencies]
    commands = [
        *preparation(name, agencies),
        *(step.command for step in figures.steps),
        evaluation_command(agencies, groups),
    ]
    (folder / FIGURES).write_bytes(canonical_json(figures.document()) + b"\n")
    (folder / COMMANDS).write_text("\n".join(commands) + "\n", encoding="utf-8")


def list_commands(figures: Figures, name: str) -> list[str]:
    """Return the commands that repeat the run in an empty folder beside the one called `name`."""
    agencies = [agency.name for agency in figures.agencies]
    return [*preparation(name, agencies), *(step.command for step in figures.steps), evaluation_command(agencies)]
