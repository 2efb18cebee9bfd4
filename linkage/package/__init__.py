"""Packages: what leaves an agency, a zip of encodings and the signed manifest that vouches for them.

``archive`` is the zip, laid out in one way only; ``rows`` the table of encodings inside it; ``writing`` and
``reading`` put them together with the manifest and its signature.
"""

from linkage.package.reading import Package, load_package, open_package, read_manifest, verify_package
from linkage.package.writing import write_package

__all__ = ["Package", "load_package", "open_package", "read_manifest", "verify_package", "write_package"]
