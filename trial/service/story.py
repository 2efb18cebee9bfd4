"""What the parties do when a service hosts the matcher, in the order in which people would do it.

Only two kinds of things pass between the folders of the parties: files that are meant to travel, which are copied, and
HTTP requests to the host.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from trial.deal import ID_COLUMN
from trial.demonstration import CATEGORY, HOST, SCHEMA, THRESHOLD
from trial.program import Transcript
from trial.service.host import Host
from trial.verification import LastAct, verify_twice

AGREEMENT = "three-countries"
JUSTIFICATION = "investigation"
BY_FILES = "by-files.csv"
OPERATION = "lantern"  # as the agreement that the first agency starts from says
PACK = "lantern.pack"
DPO_DESK = "dpo.desk"
_VALID_DAYS = 365
_KEEP_DAYS = 90


class Told(NamedTuple):
    """What the commands of the story told: the run; by agency, its receipt and its number of hits."""

    run: dict[str, Any]
    submissions: dict[str, dict[str, Any]]
    hits: dict[str, int]


def tell(transcript: Transcript, host: Host, agencies: Sequence[str]) -> Told:
    """Let the parties go the whole way, from the agreement to hits, in the folder of the transcript.

    Raises:
        StepError: a command failed.
    """
    _agree(transcript, agencies)
    _share_secret(transcript, agencies)
    submissions = {agency: _encode_and_submit(transcript, host, agency) for agency in agencies}
    first = agencies[0]
    desk = ("--desk", f"{first}/desk")
    transcript.run(first, "agency", "plan", *desk)
    order = ("--threshold", str(THRESHOLD), "--justification", JUSTIFICATION, "--wait")
    run = transcript.ask(first, "agency", "run", *desk, *order)
    transcript.run(first, "agency", "status", *desk)
    hits = {agency: _look(transcript, agency, run["run"]) for agency in agencies}
    _check_ledger(transcript, agencies)
    return Told(run, submissions, hits)


def have_pack_made(transcript: Transcript, host: Host, officer: str, agencies: Sequence[str]) -> None:
    """Let the data protection officer of one agency ask the host for the compliance pack of the operation."""
    confirmations = [f"{agency}.confirmation.json" for agency in agencies]
    for name in confirmations:
        if name != f"{officer}.confirmation.json":
            transcript.copy(HOST, f"{HOST}/{name}", f"{officer}/{name}")
    transcript.run(
        officer,
        *("agency", "join", "--url", host.url, "--agreement", f"{officer}/agreement.json"),
        *("--root", f"{officer}/{officer}.key", "--officer", f"{officer}-dpo", "--role", "agency.dpo"),
        *("--desk", f"{officer}/{DPO_DESK}"),
    )
    transcript.run(
        officer,
        *("audit", "export", "--operation", OPERATION, "--desk", f"{officer}/{DPO_DESK}"),
        *("--schema", SCHEMA, "--ceremony", f"{officer}/ceremony.json"),
        *(word for name in confirmations for word in ("--ceremony", f"{officer}/{name}")),
        *("-o", f"{officer}/{PACK}"),
    )


def verify_pack(transcript: Transcript, officer: str) -> LastAct:
    """Let the officer verify the pack without the host, and a second time with one byte changed.

    Raises:
        StepError: the true pack is not in order, or the changed one is.
    """
    checkpoint, host_key = f"{officer}/{DPO_DESK}/checkpoint.txt", f"{officer}/{HOST}.key.pub"
    return verify_twice(transcript, officer, f"{officer}/{PACK}", checkpoint=checkpoint, host=host_key)


def compare_by_files(transcript: Transcript, agencies: Sequence[str]) -> None:
    """Let a judge compare the same packages by files, which is the measure for the service."""
    packages = [f"{agency}/{agency}.cfp" for agency in agencies]
    transcript.run("judge", "match", *packages, "--threshold", str(THRESHOLD), "-o", BY_FILES)


def _agree(transcript: Transcript, agencies: Sequence[str]) -> None:
    """Agencies and host make keys; the first agency drafts; each signs by itself; the host registers the agreement."""
    first, *others = agencies
    for agency in agencies:
        transcript.run(agency, "identity", "new", "--agency", agency, "-o", f"{agency}/{agency}.key")
        transcript.run(agency, "identity", "sealing-key", "--agency", agency, "-o", f"{agency}/{agency}.seal")
    public = [f"{party}.{kind}.pub" for party in (*agencies, HOST) for kind in ("key", "seal")]
    for party in (*others, HOST):
        for kind in ("key", "seal"):
            transcript.copy(party, f"{party}/{party}.{kind}.pub", f"{first}/{party}.{kind}.pub")
    today = datetime.now(UTC)
    transcript.run(
        first,
        *("agreement", "new", "--from", AGREEMENT, "--schema", SCHEMA),
        *(word for name in public for word in ("--key", f"{first}/{name}")),
        *("--valid-from", f"{today:%Y-%m-%d}", "--valid-until", f"{today + timedelta(days=_VALID_DAYS):%Y-%m-%d}"),
        *("-o", f"{first}/draft.json"),
    )
    for party in (*others, HOST):
        transcript.copy(first, f"{first}/draft.json", f"{party}/draft.json")
    for party in (*agencies, HOST):
        signed = f"{party}/signed.{party}.json"
        transcript.run(
            party, "agreement", "sign", f"{party}/draft.json", "--identity", f"{party}/{party}.key", "-o", signed
        )
        if party != first:
            transcript.copy(party, signed, f"{first}/signed.{party}.json")
    signatures = [f"{first}/signed.{party}.json" for party in (*agencies, HOST)]
    transcript.run(first, "agreement", "merge", *signatures, "-o", f"{first}/agreement.json")
    for party in (*others, HOST):
        transcript.copy(first, f"{first}/agreement.json", f"{party}/agreement.json")
    transcript.run(first, "agreement", "check", f"{first}/agreement.json", "--schema", SCHEMA)
    transcript.run(HOST, "host", "register", f"{HOST}/agreement.json", "--data", HOST)


def _share_secret(transcript: Transcript, agencies: Sequence[str]) -> None:
    """The first agency seals the secret to the others; the host relays what it cannot open; all confirm."""
    first, *others = agencies
    secret = {agency: f"{agency}/op.secret" for agency in agencies}
    transcript.run(
        first,
        *("ceremony", "make", f"{first}/agreement.json", "--identity", f"{first}/{first}.key"),
        *("--secret-file", secret[first], "-o", f"{first}/ceremony.json"),
    )
    transcript.copy(first, f"{first}/ceremony.json", f"{HOST}/ceremony.json")
    for agency in others:
        ceremony, agreement = f"{agency}/ceremony.json", f"{agency}/agreement.json"
        transcript.copy(HOST, f"{HOST}/ceremony.json", ceremony)
        transcript.run(
            agency, "ceremony", "open", ceremony, agreement, "--key", f"{agency}/{agency}.seal", "-o", secret[agency]
        )
    for agency in agencies:
        confirmation = f"{agency}/{agency}.confirmation.json"
        transcript.run(
            agency,
            *("ceremony", "confirm", f"{agency}/agreement.json", "--identity", f"{agency}/{agency}.key"),
            *("--secret-file", secret[agency], "-o", confirmation),
        )
        transcript.copy(agency, confirmation, f"{HOST}/{agency}.confirmation.json")
    confirmations = [f"{HOST}/{agency}.confirmation.json" for agency in agencies]
    transcript.run(HOST, "ceremony", "status", f"{HOST}/ceremony.json", f"{HOST}/agreement.json", *confirmations)


def _encode_and_submit(transcript: Transcript, host: Host, agency: str) -> dict[str, Any]:
    key, desk = f"{agency}/{agency}.key", f"{agency}/desk"
    transcript.run(
        agency,
        *("encode", "--schema", SCHEMA, "--secret-file", f"{agency}/op.secret", "--identity", key),
        *("--category", CATEGORY, "--id-column", ID_COLUMN, "--expires-days", str(_KEEP_DAYS)),
        *(f"{agency}/{agency}.csv", "-o", f"{agency}/{agency}.cfp"),
        *("--counterfoil", f"{agency}/{agency}.counterfoil.csv"),
    )
    transcript.run(
        agency,
        *("agency", "join", "--url", host.url, "--agreement", f"{agency}/agreement.json"),
        *("--root", key, "--officer", f"{agency}-1", "--desk", desk),
    )
    return transcript.ask(agency, "agency", "submit", f"{agency}/{agency}.cfp", "--desk", desk)


def _look(transcript: Transcript, agency: str, run: str) -> int:
    """Return how many of its records an agency finds among the hits that are its own."""
    groups, counterfoil, found = (f"{agency}/{agency}.{kind}.csv" for kind in ("groups", "counterfoil", "hits"))
    desk = ("--desk", f"{agency}/desk")
    transcript.run(agency, "agency", "hits", run, *desk, "--justification", JUSTIFICATION, "-o", groups)
    return int(transcript.ask(agency, "reveal", groups, "--counterfoil", counterfoil, "-o", found)["hits"])


def _check_ledger(transcript: Transcript, agencies: Sequence[str]) -> None:
    """The end of the story: each agency holds a head of the ledger, signed by the host that it knows."""
    for agency in agencies:
        host_key = f"{agency}/{HOST}.key.pub"
        if not (transcript.folder / host_key).exists():
            transcript.copy(HOST, f"{HOST}/{HOST}.key.pub", host_key)
        transcript.run(agency, "ledger", "status", f"{agency}/desk/checkpoint.txt", "--host", host_key)
