"""The files that come with Counterfoil: schemas and examples of agreements, by name."""

from importlib import resources
from pathlib import Path


def builtin_names(kind: str) -> list[str]:
    """Return the names of the files of a kind, such as "schemas"."""
    return sorted(path.stem for path in _folder(kind).glob("*.json"))


def builtin_path(kind: str, source: str) -> Path:
    """Return the file that `source` names: a path, or, where no such file is there, the name of a built-in one."""
    path = Path(source)
    return _folder(kind) / f"{source}.json" if not path.exists() and source in builtin_names(kind) else path


def _folder(kind: str) -> Path:
    """Return ``configs/<kind>``: inside an installed linkage, or beside it in a checkout."""
    package = Path(str(resources.files("linkage")))
    installed = package / "configs" / kind
    return installed if installed.is_dir() else package.parent / "configs" / kind
