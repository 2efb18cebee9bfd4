"""The whole way through a service, and what a judge says of it who has every party's folder."""

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from linkage.canonical import parse_base64
from linkage.command import OnProgress
from trial.columns import read_columns
from trial.deal import Deal, deal, febrl4, write_agency_file, write_truth
from trial.demonstration import HOST, THRESHOLD, TRUTH
from trial.evaluation import evaluate
from trial.evidence import read_evidence
from trial.leak import search
from trial.patterns import WINDOW_BYTES
from trial.program import Transcript
from trial.service.figures import ServiceFigures
from trial.service.host import served_host
from trial.service.story import BY_FILES, compare_by_files, have_pack_made, tell, verify_pack
from trial.service.traces import control, count_keys, traces

_STEPS = 73  # of three agencies, for the progress bar; and a rest for what is worked out afterwards
_FIGURES = 3


def demonstrate_service(folder: Path, *, seed: int, on_progress: OnProgress) -> ServiceFigures:
    """Return the figures of a whole run through a service in the empty `folder`, in which every party's files stay.

    Args:
        folder: absolute or relative to the working directory.
        seed: decides who holds what.
        on_progress: called after every step.

    Raises:
        StepError: a command failed.
    """
    started = time.perf_counter()
    dealt = deal(*febrl4(), seed=seed)
    transcript = Transcript(folder, lambda done: on_progress(min(done, _STEPS), _STEPS + _FIGURES))
    _set_up(folder, dealt)
    agencies = list(dealt.files)
    with served_host(transcript, HOST) as host:
        told = tell(transcript, host, agencies)
        host.keep_metrics()
        have_pack_made(transcript, host, agencies[-1], agencies)
    last_act = verify_pack(transcript, agencies[-1])
    compare_by_files(transcript, agencies)
    own_groups = [folder / f"{agency}/{agency}.groups.csv" for agency in agencies]
    counterfoils = [folder / f"{agency}/{agency}.counterfoil.csv" for agency in agencies]
    evidence = read_evidence(own_groups, folder / TRUTH, counterfoils)
    served, by_files = (
        _groups(own_groups, ("band", "counterparts", "contacts")),
        _groups([folder / BY_FILES], ("score",)),
    )
    agreement = (folder / HOST / "draft.json").read_text(encoding="utf-8").casefold()
    values = dealt.raw_values()
    words = {value for value in values if len(value.encode()) >= WINDOW_BYTES and value.casefold() in agreement}
    return ServiceFigures(
        seed=seed,
        threshold=THRESHOLD,
        agencies={agency: int(receipt["records"]) for agency, receipt in told.submissions.items()},
        hits=told.hits,
        run=told.run,
        steps=tuple(transcript.steps),
        linkage=evaluate(evidence.groups, evidence.persons),
        groups_by_files=len(by_files),
        differing_groups=len(served ^ by_files),
        leak_search=search(traces(folder / HOST), values - words, control()),
        words_of_the_agreement=len(words),
        keys_found=count_keys(folder / HOST, _keys(folder, agencies)),
        last_act=last_act,
        seconds=time.perf_counter() - started,
    )


def _set_up(folder: Path, dealt: Deal) -> None:
    for agency, rows in dealt.files.items():
        (folder / agency).mkdir()
        write_agency_file(folder / agency / f"{agency}.csv", dealt.columns, rows)
    write_truth(folder / TRUTH, (row for rows in dealt.files.values() for row in rows))


def _groups(paths: Iterable[Path], told: Sequence[str]) -> set[frozenset[str]]:
    """Return the groups in files of groups, each as the set of its tokens."""
    members: dict[str, set[str]] = {}
    for path in paths:
        for _, (group, token, *_) in read_columns(path, ("group", "token"), ("agency", *told)):
            members.setdefault(group, set()).add(token)
    return {frozenset(tokens) for tokens in members.values()}


def _keys(folder: Path, agencies: Sequence[str]) -> set[bytes]:
    """Return the operation secret and the private keys that must stay at the agencies."""
    private = [
        json.loads((folder / agency / f"{agency}.{kind}").read_bytes())["private_key"]
        for agency in agencies
        for kind in ("key", "seal")
    ]
    secret = (folder / agencies[0] / "op.secret").read_text(encoding="ascii").split(":")[1]
    return {bytes.fromhex(secret), *map(parse_base64, private)}
