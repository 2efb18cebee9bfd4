"""Write the exact versions of the whole dependency tree into pyproject.toml, as uv constraints.

uv.lock would name a package registry's host, so it stays out of git; with these constraints two machines resolve to the
same versions all the same. Run after changing a dependency: uv run --no-sync python scripts/pin.py
"""

import re
import subprocess
import tempfile
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
BUILD_TOOLS = ("hatchling", "setuptools", "wheel")
BEGIN, END = "# pinned by scripts/pin.py: begin\n", "# pinned by scripts/pin.py: end\n"
BLOCK = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)


def uv(*arguments: str, folder: Path, given: str = "") -> list[str]:
    """Return the requirement lines that a uv command prints."""
    done = subprocess.run(["uv", *arguments], cwd=folder, input=given, capture_output=True, text=True, check=True)
    return [line.strip() for line in done.stdout.splitlines() if "==" in line and not line.startswith("#")]


def array(name: str, lines: list[str]) -> str:
    """Return a TOML array of strings."""
    quoted = "".join(f'    "{line}",\n' for line in lines)
    return f"{name} = [\n{quoted}]\n"


def main() -> None:
    """Resolve without the present constraints and write the new ones."""
    text = PYPROJECT.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text(BLOCK.sub("", text), encoding="utf-8")
        export = ("export", "--no-hashes", "--no-emit-project", "--no-annotate", "--no-header")
        tree = uv(*export, "--all-extras", "--all-groups", folder=folder)
        build = uv("pip", "compile", "--universal", "--no-annotate", "--no-header", "-q", "-",
                   folder=folder, given="\n".join(BUILD_TOOLS))  # fmt: skip
    block = BEGIN + array("constraint-dependencies", tree) + array("build-constraint-dependencies", build) + END
    pinned = BLOCK.sub(lambda _: block, text) if BLOCK.search(text) else _after_overrides(text, block)
    PYPROJECT.write_text(pinned, encoding="utf-8")
    print(f"{len(tree)} versions pinned, and {len(build)} of build tools")


def _after_overrides(text: str, block: str) -> str:
    lines = text.splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith("override-dependencies")) + 1
    return "".join([*lines[:place], block, *lines[place:]])


if __name__ == "__main__":
    main()
