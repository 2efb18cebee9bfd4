"""The machines that compare for a host: its own cores, or a Dask cluster."""

from matcher.cluster import Cluster
from matcher.comparison import Options
from server.settings import Settings

UNREACHABLE = "engine.cluster-unreachable"
"""The code of the error that another attempt may not meet."""


def comparison_options(settings: Settings) -> Options:
    """Return the options of :func:`matcher.candidate_pairs` that say where is compared."""
    return {"threads": settings.jobs.threads, "cluster": cluster_of(settings)}


def cluster_of(settings: Settings) -> Cluster | None:
    """Return the cluster that the settings name, if they name one.

    Raises:
        ComparisonError: its address cannot be, or is plain and of another machine.
    """
    named = settings.cluster
    if named is None:
        return None
    return Cluster(address=named.address, authority=named.authority, certificate=named.certificate, key=named.key)
