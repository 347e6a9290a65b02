"""Sends a file with tuspy, a client that is not ours.

Environment: UPLOAD_URL (the creation endpoint), BEARER.
Options: --size BYTES (of reproducible bytes) or --file PATH; --chunk BYTES; --name FILE_NAME;
--cut-after BYTES stops there and goes on with a new uploader, as another process would.
"""

import argparse
import hashlib
import json
import os
import struct
import sys
import tempfile

from tusclient import client


def write_file(path, length):
    """Every 4 KiB begin with their own position, so that a lost, doubled or moved block cannot go unnoticed."""
    with open(path, "wb") as out:
        for at in range(0, length, 4096):
            block = struct.pack("<Q", at) + b"casegate sample " * 256
            out.write(block[: min(4096, length - at)])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--size", type=int, default=5 * 1024 * 1024)
    options.add_argument("--file")
    options.add_argument("--chunk", type=int, default=1024 * 1024)
    options.add_argument("--name", default="tuspy sample – äöü.bin")
    options.add_argument("--cut-after", type=int)
    chosen = options.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = chosen.file or os.path.join(folder, "sample.bin")
        if not chosen.file:
            write_file(path, chosen.size)
        size = os.path.getsize(path)
        tus = client.TusClient(os.environ["UPLOAD_URL"], headers={"Authorization": "Bearer " + os.environ["BEARER"]})
        metadata = {"filename": chosen.name, "filetype": "application/octet-stream"}
        sending = {"file_path": path, "chunk_size": chosen.chunk, "metadata": metadata, "retries": 20, "retry_delay": 1}
        uploader = tus.uploader(**sending)
        cuts = 0
        if chosen.cut_after:
            uploader.upload(stop_at=chosen.cut_after)
            uploader = tus.uploader(url=uploader.url, **sending)
            cuts = 1
        uploader.upload()
        offset = tus.uploader(url=uploader.url, **sending).get_offset()
        with open(path, "rb") as sent:
            digest = hashlib.file_digest(sent, "sha256").hexdigest()
        print(
            json.dumps(
                {
                    "upload_url": uploader.url,
                    "size_bytes": size,
                    "sha256": digest,
                    "offset_bytes": offset,
                    "requests_cut": cuts,
                }
            )
        )
        return 0 if offset == size else 1


if __name__ == "__main__":
    sys.exit(main())
