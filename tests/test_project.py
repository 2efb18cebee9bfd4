"""What holds for the project as a whole: layers, surface, size of modules, documentation, tracked files."""

import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from importlinter.cli import lint_imports

from linkage.command.program import COMMANDS, counterfoil
from linkage.errors import CounterfoilError

ROOT = Path(__file__).parent.parent
PACKAGES = ("linkage", "encoder", "assessment", "matcher", "server", "trial")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
LONGEST_MODULE_LINES = 400
HEAVY = {
    "numpy",
    "pydantic",
    "pyarrow",
    "numba",
    "cryptography",
    "pandas",
    "recordlinkage",
    "clkhash",
    "anonlink",
    "rich",
}


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


ALL_COMMANDS = dict(commands(counterfoil))


def documentation() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    )


def error_classes(root: type[CounterfoilError] = CounterfoilError) -> Iterator[type[CounterfoilError]]:
    yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


def test_every_layer_points_the_way_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


@pytest.mark.parametrize("package", PACKAGES)
def test_package_exports_what_it_names(package: str) -> None:
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", []):
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError):
        module.no_such_name  # noqa: B018


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_short_enough_to_be_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE_LINES


def test_every_command_is_an_entry_point_of_the_package_that_owns_it() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][COMMANDS]
    assert {found.name: found.value for found in entry_points(group=COMMANDS)} == declared


@pytest.mark.parametrize("name", ALL_COMMANDS)
def test_command_has_help_with_an_example_and_is_documented(name: str) -> None:
    command = ALL_COMMANDS[name]
    assert command.help
    assert command.epilog is not None
    assert f"counterfoil {name}" in command.epilog
    assert f"counterfoil {name}" in documentation()


def test_help_loads_no_heavy_library() -> None:
    program = "import sys; from linkage.command.program import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not HEAVY & loaded
    assert "encode" in done.stdout


def test_every_error_of_the_program_has_a_code_of_its_own_and_is_drawn_in_its_tree() -> None:
    for package in PACKAGES:
        if (ROOT / package / "errors.py").exists():
            importlib.import_module(f"{package}.errors")
    for kind in error_classes():
        assert kind.__doc__
        tree = importlib.import_module(kind.__module__).__doc__ or ""
        assert kind.__name__ in tree


def test_no_tracked_file_names_a_registry_host_or_is_a_lock_file() -> None:
    hosts = re.compile(
        "|".join(["files.python" + "hosted", "pypi" + r"\.org", "registry.npm" + "js", "deb." + "debian"])
    )
    for path in tracked_files():
        assert path.name not in {"uv.lock", "poetry.lock", "package-lock.json"}
        if path.is_file() and path.suffix not in {".png", ".parquet", ".ico", ".xz"}:
            assert not hosts.search(path.read_text(encoding="utf-8")), path


def test_product_prints_through_click_or_rich_only() -> None:
    for path in SOURCES:
        assert not re.search(r"^\s*print\(", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_command_reference_is_current() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    script = ROOT / "scripts" / "write_command_reference.py"
    # in a process of its own: click keeps the help option of a command as it was first asked for, in whatever test
    told = f"import runpy, sys; sys.stdout.buffer.write(runpy.run_path({str(script)!r})['reference']().encode())"
    made = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    assert written == made, "run scripts/write_command_reference.py"


def test_every_error_code_is_explained() -> None:
    explained = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    codes = set(re.findall(r'(?:default_code = |\bcode=)"([a-z.-]+)"', text))
    codes |= set(re.findall(r"error \[([a-z.-]+)\]", text))
    families = "|".join(re.escape(code) for code in codes if "." not in code)
    codes |= set(re.findall(rf'"((?:match|secret|program|{families})\.(?!parquet|json)[a-z-]+)"', text))
    assert len(codes) > 40
    assert not {code for code in codes if f"| `{code}` |" not in explained}
