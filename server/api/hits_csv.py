"""The hits of an agency as a file, written the same way by the agency's program and by the host for a stick."""

import csv
from collections.abc import Iterable
from typing import TextIO

from server.api.models import HitDocument

COLUMNS = ("group", "agency", "token", "band", "counterparts", "contacts")


def write_hits(file: TextIO, agency: str, hits: Iterable[HitDocument]) -> int:
    """Write a row for each hit of `agency`, below a header, and return how many there are."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for hit in hits:
        others = " ".join(found.agency for found in hit.counterparts)
        contacts = "; ".join(found.contact for found in hit.counterparts)
        writer.writerow([hit.group, agency, hit.token, hit.band, others, contacts])
        count += 1
    return count
