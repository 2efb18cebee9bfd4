"""The files that an operator copies are ones that the program reads, and start commands that there are."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from linkage.command.program import counterfoil
from server.settings import Settings

ROOT = Path(__file__).parents[2]
HOSTING = ROOT / "configs" / "hosting"


def test_the_settings_of_production_are_read() -> None:
    settings = Settings.read(HOSTING / "host.toml")
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert not settings.jobs.in_process
    assert settings.metrics is not None


def test_every_setting_is_documented_and_read_as_documented(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "host.toml"
    path.write_text(shown, encoding="utf-8")
    settings = Settings.read(path)
    document = tomllib.loads(shown)
    assert set(document) == set(Settings.model_fields)
    for part in ("listen", "limits", "jobs", "cluster"):
        assert set(document[part]) == set(type(getattr(settings, part)).model_fields)


@pytest.mark.parametrize("unit", ["counterfoil-web.service", "counterfoil-worker@.service"])
def test_units_start_commands_with_options_that_there_are(unit: str) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", (HOSTING / unit).read_text(encoding="utf-8"), re.MULTILINE)
    program, name, *options = shlex.split(line)
    assert program.endswith("/bin/counterfoil")
    command = counterfoil.get_command(None, name)  # type: ignore[arg-type]  # no context is needed
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_the_proxy_takes_parts_as_large_as_the_host_does() -> None:
    text = (HOSTING / "nginx.conf").read_text(encoding="utf-8")
    (megabytes,) = re.findall(r"client_max_body_size ([0-9]+)m;", text)
    settings = Settings.read(HOSTING / "host.toml")
    assert int(megabytes) << 20 > settings.limits.part_bytes
    assert f"proxy_pass http://{settings.listen.address}:{settings.listen.port};" in text
