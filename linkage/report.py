"""Schemas and packages as text for people."""

from collections.abc import Sequence
from datetime import datetime

from linkage.manifest import Manifest
from linkage.schema.summary import SchemaSummary

Row = Sequence[str]


def printable(text: str) -> str:
    """Return `text` with control characters written out, so that no name in a file can steer the terminal."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def table(rows: Sequence[Row], *, right: Sequence[int] = ()) -> str:
    """Return rows of cells as lines with aligned columns; the columns numbered in `right` are flush right."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def schema_text(summary: SchemaSummary) -> str:
    """Return what a schema does, field by field, its expected fill and its warnings."""
    folds = f" (a filter of {summary.filter_bits:,} bits, xor folds: {summary.xor_folds})" if summary.xor_folds else ""
    hardened: list[tuple[str, str]] = []
    if summary.hardening:
        hardened = [("hardening", ", then ".join(summary.hardening)), ("measure", summary.measure)]
    heading = [
        ("schema", summary.name or "(no name)"),
        ("digest", summary.digest),
        ("encoding", f"{summary.encoded_bits:,} bits{folds}"),
        *hardened,
        ("ignored", ", ".join(summary.ignored) or "none"),
    ]
    fields = [
        ("field", "format", "comparison", "insertions", "hash", "missing value", "length", "bits set"),
        *(
            (
                *(field.identifier, field.format, field.comparison, field.strategy, field.hash, field.missing),
                *(f"{field.length:g}", f"{field.bits_set:.0f}"),
            )
            for field in summary.fields
        ),
    ]
    fill = f"expected fill: {summary.fill:.1%} of the bits of a record whose values have the lengths above"
    if summary.xor_folds:
        fill += f" ({summary.filter_fill:.1%} before folding)"
    if summary.hardening:
        fill += ", before the steps that only change bits"
    warnings = [
        f"warning [{warning.code}]: "
        + (f"field '{printable(warning.field)}': " if warning.field else "")
        + warning.message
        for warning in summary.warnings
    ]
    return "\n".join([table(heading), "", table(fields, right=(6, 7)), "", fill, *(warnings or ["no warnings"])])


def manifest_text(manifest: Manifest, *, trusted: bool, now: datetime) -> str:
    """Return everything that a verified manifest says.

    Args:
        manifest: what was signed.
        trusted: whether its signer was asked for by the reader.
        now: an aware datetime, to tell whether it has expired.
    """
    quality = manifest.quality
    signer = f"key {manifest.signer.key_id}"
    rows = [
        ("agency", manifest.agency),
        (
            "signature",
            f"holds; signed by {signer}, which you trust"
            if trusted
            else f"holds; signed by {signer}, which the package itself names; compare it with the agency's, "
            "or give --trust",
        ),
        ("category", manifest.category.value),
        ("records", f"{manifest.records:,}"),
        ("encodings", f"{manifest.encodings:,} of {manifest.bits:,} bits, for {manifest.measure}"),
        ("digest", manifest.encodings_digest),
        ("created", manifest.created),
        ("expires", manifest.expires + (" (has expired)" if manifest.expired(now) else "")),
        ("schema", f"{manifest.linkage_schema.name or '(no name)'}, {manifest.linkage_schema.digest}"),
        ("key confirmation", manifest.key_confirmation),
        ("fields used", ", ".join(manifest.fields_used) or "none"),
        ("fields dropped", ", ".join(manifest.fields_dropped) or "none"),
        ("rows read", f"{quality.rows_read:,}, of which {quality.rows_set_aside:,} were set aside"),
        ("mean fill", f"{quality.mean_fill:.1%} of the bits"),
        ("made by", f"counterfoil {manifest.software.counterfoil}, engine {manifest.software.engine}"),
        ("ledger checkpoint", manifest.checkpoint or "none"),
    ]
    if not quality.fields:
        return table(rows)
    missing = [
        ("field", "missing", ""),
        *(
            (found.field, f"{found.missing:,}", f"{found.missing / max(1, quality.rows_read):.1%}")
            for found in quality.fields
        ),
    ]
    return f"{table(rows)}\n\n{table(missing, right=(1, 2))}"
