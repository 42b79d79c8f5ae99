"""A stand-in for a time-stamping authority: speaks RFC 3161 over HTTP, signs with openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

SETTINGS = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@contextmanager
def authority(folder: Path) -> Iterator[str]:
    """The address it answers at; its root certificate is `root.pem` in the folder."""
    folder.mkdir()
    (folder / "settings").write_text(SETTINGS.format(folder=folder))
    new_key = "openssl req -config settings -newkey rsa:2048 -nodes"
    signs = "openssl x509 -req -CA root.pem -CAkey root.key -days 9 -extfile settings"
    for line in (
        f"{new_key} -x509 -days 9 -subj /CN=Root -extensions root -keyout root.key -out root.pem",
        f"{new_key} -subj /CN=Stand-in -keyout signer.key -out signer.csr",
        f"{signs} -extensions signer -in signer.csr -out signer.pem",
    ):
        subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            line = "openssl ts -reply -config settings -section tsa -queryfile query -out reply"
            subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((folder / "reply").read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
