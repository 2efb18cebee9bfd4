"""The command that runs at the host."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from linkage.command import emit, example, json_option, progress
from matcher.parameters import FILE, MemorySize, ThresholdNumber, page_path, table_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkage import Package
    from matcher.comparison import Options
    from matcher.linking import Linkage
    from matcher.party import Party
    from matcher.report import Search
    from matcher.ungrouped import Remainder


@click.command(
    epilog=example(
        "counterfoil match atl.cfp bor.cfp cyr.cfp --threshold auto -o groups.csv --report report.html",
        "counterfoil match atl.cfp bor.cfp cyr.cfp --threshold 0.003 -o groups.csv --for-agencies .",
        "counterfoil match atl.cfp bor.cfp --threshold 0.003 --pairs pairs.parquet --memory-limit 1GiB",
    )
)
@click.argument("paths", metavar="PACKAGE...", nargs=-1, required=True, type=FILE)
@click.option(
    "--threshold",
    required=True,
    type=ThresholdNumber(),
    help="Least similarity; a pair exactly at it is in. auto: the one that the encodings themselves suggest.",
)
@click.option("-o", "--output", type=FILE, callback=table_path, metavar="FILE", help="Groups, .csv or .parquet.")
@click.option(
    "--for-agencies",
    "agencies_folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="Also write AGENCY.groups.csv there for each agency: its own records only, to be given to it.",
)
@click.option(
    "--pairs",
    "pairs_path",
    type=FILE,
    callback=table_path,
    metavar="FILE",
    help="Write the candidate pairs, .csv or .parquet; without -o nothing else, and as many as there are.",
)
@click.option(
    "--report",
    "report_path",
    type=FILE,
    callback=page_path,
    metavar="FILE.html",
    help="Also write a page that says what was compared, and how the threshold came about.",
)
@click.option(
    "--measure",
    type=click.Choice(["dice", "jaccard", "hamming", "symbols"]),
    help="Similarity. [default: the one that the encodings are made for]",
)
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Cores to use. [default: all]")
@click.option(
    "--memory-limit", type=MemorySize(), help="Memory for comparing two packages, such as 2GiB; the rest goes to disk."
)
@click.option(
    "--cluster",
    "cluster_address",
    metavar="ADDRESS",
    help="Compare on the machines of a Dask scheduler, tls://host:8786.",
)
@click.option(
    "--cluster-ca",
    "cluster_authority",
    type=FILE,
    metavar="FILE.pem",
    help="Authority that signed for scheduler and workers. [default: from Dask's own configuration, as the next two]",
)
@click.option(
    "--cluster-cert", "cluster_certificate", type=FILE, metavar="FILE.pem", help="Our certificate for the cluster."
)
@click.option("--cluster-key", type=FILE, metavar="FILE.pem", help="The private key of that certificate.")
@click.option(
    "--best",
    type=click.IntRange(1),
    metavar="N",
    help="Keep a candidate pair only if it is among the N best of one of its records.",
)
@click.option(
    "--recall",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="Search faster, and miss some: at least this share of the pairs at the threshold is found. [default: all]",
)
@click.option(
    "--loss",
    type=click.FloatRange(0, 1, max_open=True),
    metavar="CHANCE",
    help="Compare balanced codes faster: chance of losing a pair that is just at the threshold, as 1e-6. [default: 0]",
)
@click.option(
    "--repeating",
    multiple=True,
    metavar="AGENCY",
    help="Its packages may hold a person several times: a group may hold several records of them. May be given several "
    "times; with --threshold auto, beside those of which that shows.",
)
@click.option(
    "--merge-threshold",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Groups become one if this share of the pairs between them reaches the threshold; 1: all. [default: 0.65, of "
    "two pairs both, of three two]",
)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(["native", "anonlink"]),
    default="native",
    show_default=True,
    help="What compares and groups; anonlink is the second opinion, on one core, for small files.",
)
@click.option(
    "--trust",
    "trusted_paths",
    multiple=True,
    type=FILE,
    metavar="FILE.pub",
    help="Public identity that may have signed a package; may be given several times.",
)
@json_option
def match(
    paths: tuple[Path, ...],
    *,
    threshold: float | Literal["auto"],
    output: Path | None,
    agencies_folder: Path | None,
    pairs_path: Path | None,
    report_path: Path | None,
    measure: str | None,
    threads: int | None,
    memory_limit: int | None,
    cluster_address: str | None,
    cluster_authority: Path | None,
    cluster_certificate: Path | None,
    cluster_key: Path | None,
    best: int | None,
    recall: float | None,
    loss: float | None,
    repeating: tuple[str, ...],
    merge_threshold: float | None,
    engine_name: Any,
    trusted_paths: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Compare the encodings of packages and write the groups of records that are taken to be one person.

    Every two packages are compared, all pairs of their encodings, exactly. A group holds at most one record of each
    package, but for packages that hold persons several times (--repeating), and most of its pairs are at or above the
    threshold (--merge-threshold). FILE has one row per record: group, agency, token, score (its best within the group).
    It holds tokens of all agencies and is the host's own; what an agency may have is the file that --for-agencies
    writes for it. Candidate pairs that memory does not hold cannot be grouped; with --pairs and without -o they are
    written as they come, however many.

    Packages that were not made with the same schema and secret, have expired, or, with --trust, are not signed by one
    of those identities, are refused.
    """
    import time
    from datetime import UTC, datetime

    from linkage.files import check_outputs
    from linkage.identity import PublicIdentity
    from linkage.package import open_package
    from matcher.engine import engine
    from matcher.linking import Permitted, link, stream
    from matcher.output import write_pairs
    from matcher.report import Search
    from matcher.ungrouped import remainder

    if threshold == "auto" and (best is not None or recall is not None):
        raise click.UsageError("--best and --recall need a number as threshold")
    if engine_name != "native" and not {memory_limit, cluster_address, best, recall, loss} <= {None}:
        raise click.UsageError("--memory-limit, --cluster, --best, --recall and --loss are for the native engine")
    if loss is not None and (recall is not None or cluster_address is not None):
        raise click.UsageError("--loss goes neither with --recall nor with --cluster")
    if cluster_address is None and not {cluster_authority, cluster_certificate, cluster_key} <= {None}:
        raise click.UsageError("--cluster-ca, --cluster-cert and --cluster-key go with --cluster")
    chosen = engine(engine_name)
    options: Options = {"threads": threads, "memory_limit": memory_limit, "best": best, "loss": loss or 0.0}
    if cluster_address is not None:
        from matcher.cluster import Cluster

        options["cluster"] = Cluster(
            address=cluster_address, authority=cluster_authority, certificate=cluster_certificate, key=cluster_key
        )
    trusted = [PublicIdentity.read(path) for path in trusted_paths]
    now = datetime.now(UTC)
    packages = [open_package(path, trusted=trusted, now=now) for path in paths]
    _check_grouping(repeating, merge_threshold, packages, engine_name, grouped=output is not None)
    outputs = _Outputs.of(packages, output, agencies_folder, pairs_path, report_path)
    check_outputs(outputs.all, (*paths, *trusted_paths))
    start = time.perf_counter()
    if output is None:
        if pairs_path is None or threshold == "auto" or not {agencies_folder, report_path} <= {None}:
            raise click.UsageError("without -o, only --pairs can be written, and --threshold must be a number")
        asked = Permitted.of(packages, measure, None)
        with progress("comparing", "pairs") as on_progress:
            comparisons = stream(
                asked, threshold, engine=chosen, options=options, recall=recall, on_progress=on_progress
            )
            candidates = write_pairs(pairs_path, asked.parties, comparisons)
        result = _compared(asked.parties, asked.pairs, time.perf_counter() - start)
        result |= {"threshold": threshold, "candidate_pairs": candidates}
        result |= {"engine": engine_name, "written": [str(pairs_path)]}
        emit(result, lambda: _pairs_text(result), as_json=as_json)
        return
    with progress("comparing", "pairs") as on_progress:
        linkage = link(
            packages,
            threshold,
            engine=chosen,
            measure=measure,
            options=options,
            recall=recall,
            merge_threshold=merge_threshold,
            repeating=repeating,
            on_progress=on_progress,
        )
    seconds = time.perf_counter() - start
    left_out = remainder(linkage.comparisons, linkage.groups, repeating=linkage.shared)
    outputs.write(linkage, left_out, Search(measure or packages[0].manifest.measure, recall, best))
    result = _summary(linkage, left_out, seconds) | {
        "engine": engine_name,
        "written": [str(path) for path in outputs.all],
    }
    emit(result, lambda: _text(result), as_json=as_json)


def _check_grouping(
    repeating: "Sequence[str]",
    merge_threshold: float | None,
    packages: "Sequence[Package]",
    engine: str,
    *,
    grouped: bool,
) -> None:
    if not grouped and (repeating or merge_threshold is not None):
        raise click.UsageError("--repeating and --merge-threshold are for groups, and without -o there are no groups")
    if repeating and engine != "native":
        raise click.UsageError("--repeating needs our own engine")
    strange = sorted({*repeating} - {package.manifest.agency for package in packages})
    if strange:
        raise click.UsageError(f"--repeating names '{strange[0]}', of which there is no package")


class _Outputs(NamedTuple):
    """The files that a comparison writes: groups, those of each agency, candidate pairs, the page."""

    groups: Path | None
    agencies: "Mapping[str, Path]"
    pairs: Path | None
    report: Path | None

    @classmethod
    def of(
        cls,
        packages: "Sequence[Package]",
        groups: Path | None,
        folder: Path | None,
        pairs: Path | None,
        report: Path | None,
    ) -> "_Outputs":
        """Return them; with a folder for agencies, a file in it for each."""
        names = [] if folder is None else sorted({package.manifest.agency for package in packages})
        return cls(groups, {name: (folder or Path()) / f"{name}.groups.csv" for name in names}, pairs, report)

    @property
    def all(self) -> list[Path]:
        """The paths, in the order in which they are told."""
        return [path for path in (self.groups, *self.agencies.values(), self.pairs, self.report) if path is not None]

    def write(self, linkage: "Linkage", left_out: "Remainder", search: "Search") -> None:
        """Write what was found."""
        from linkage.files import write_whole
        from matcher.output import write_groups, write_pairs
        from matcher.report import report_page

        if self.pairs is not None:  # by far the largest, and so the first that a full disk refuses
            write_pairs(self.pairs, linkage.parties, linkage.comparisons)
        if self.groups is not None:
            write_groups(self.groups, linkage)
        for agency, path in self.agencies.items():
            write_groups(path, linkage, agency=agency)
        if self.report is not None:
            write_whole(self.report, report_page(linkage, left_out, search).encode())


def _compared(parties: "Sequence[Party]", pairs: int, seconds: float) -> dict[str, Any]:
    """Return the figures of what was compared."""
    return {
        "packages": len(parties),
        "encodings": sum(len(party.encodings) for party in parties),
        "pairs_compared": pairs,
        "pairs_per_second": round(pairs / seconds),
        "seconds": round(seconds, 3),
    }


def _summary(linkage: "Linkage", left_out: "Remainder", seconds: float) -> dict[str, Any]:
    """Return the figures of a linkage."""
    from matcher.report import estimate_document, group_sizes, origin
    from matcher.ungrouped import Reason

    sizes = group_sizes(linkage)
    return {
        **_compared(linkage.parties, linkage.pairs_compared, seconds),
        "candidate_pairs": sum(len(comparison.pairs.score) for comparison in linkage.comparisons),
        "threshold": linkage.threshold,
        "threshold_origin": origin(linkage),
        "estimate": linkage.estimate and estimate_document(linkage.estimate),
        "merge_threshold": linkage.merge_threshold,
        "groups": sum(sizes.values()),
        "groups_by_size": {str(size): number for size, number in sizes.items()},
        "pairs_outside_groups": {
            "same_party": left_out.count(Reason.SAME_PARTY),
            "too_few_agree": left_out.count(Reason.TOO_FEW_AGREE),
        },
        "contested_groups": int(left_out.contested_groups),
        "repeating": sorted({linkage.parties[number].agency for number in linkage.shared}),
    }


def _text(result: dict[str, Any]) -> str:
    by_size = ", ".join(f"{count:,} of {size}" for size, count in result["groups_by_size"].items())
    lines = [
        *_compared_lines(result),
        f"threshold        {result['threshold_origin']}",
        f"candidate pairs  {result['candidate_pairs']:,} at or above {result['threshold']:g}",
        f"groups           {result['groups']:,}" + (f" ({by_size} records)" if by_size else ""),
    ]
    if result["repeating"]:
        lines.append(
            f"several times    persons in {', '.join(result['repeating'])}: groups may hold several records of it"
        )
    outside = result["pairs_outside_groups"]
    lines.append(
        f"outside groups   {sum(outside.values()):,} candidate pairs: {outside['same_party']:,} where a record has a "
        f"better partner in that package, {outside['too_few_agree']:,} where too few of both groups agree"
    )
    if result["estimate"]:
        lines += _expected(result["estimate"])
    return "\n".join([*lines, f"written          {', '.join(result['written'])}"])


def _compared_lines(result: dict[str, Any]) -> list[str]:
    speed = f"{result['seconds']:,.2f} s ({result['pairs_per_second']:,} pairs/s)"
    return [
        f"packages         {result['packages']} with {result['encodings']:,} encodings",
        f"pairs compared   {result['pairs_compared']:,} in {speed}",
    ]


def _pairs_text(result: dict[str, Any]) -> str:
    lines = [
        *_compared_lines(result),
        f"candidate pairs  {result['candidate_pairs']:,} at or above {result['threshold']:g}, not grouped",
        f"written          {', '.join(result['written'])}",
    ]
    return "\n".join(lines)


def _expected(estimate: dict[str, Any]) -> list[str]:
    """Return what is expected of links of every two packages, each with its interval."""
    share, number = "{value:.1%} ({low:.0%} to {high:.0%})", "{value:,.0f} ({low:,.0f} to {high:,.0f})"
    wrong, matches = (number.format(**estimate[name]) for name in ("false_links", "matches"))
    precision, recall = (share.format(**estimate[name]) for name in ("precision", "recall"))
    precision = precision if estimate["links"] else "of no link"
    return [
        f"expected         {wrong} of {estimate['links']:,} links wrong; {matches} pairs of one person in all",
        f"                 precision {precision}, recall {recall}",
    ]
