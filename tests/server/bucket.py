"""An S3 on loopback: moto's server in a thread, and a bucket in it."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
from moto.server import ThreadedMotoServer

BUCKET = "counterfoil-test"
SECRET = "secret-of-the-bucket"


@contextmanager
def running_bucket() -> Iterator[str]:
    """Yield the URL of a bucket; the environment says where it is and who may use it, as on a host."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    address, port = server.get_host_and_port()
    said = {
        "AWS_ENDPOINT_URL_S3": f"http://{address}:{port}",
        "AWS_ACCESS_KEY_ID": "id-of-the-bucket",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    before = dict(os.environ)
    os.environ.update(said)
    try:
        fsspec.url_to_fs(f"s3://{BUCKET}")[0].mkdir(BUCKET)
        yield f"s3://{BUCKET}"
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.stop()


def folder_in(bucket: str) -> str:
    """Return the URL of a new folder in a bucket."""
    return f"{bucket}/{secrets.token_hex(4)}"
