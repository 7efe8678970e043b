"""`python -m tests.oracle_net`: serve until standard input ends, which is when the test's process does."""

import argparse
import os
import ssl
import sys
import tempfile
import threading
from pathlib import Path

from tests.oracle_net.server import Server


def main() -> None:
    """Serve on a free port, and say which."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle_net")
    parser.add_argument("--password", required=True, help="of SYSTEM, who makes users")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", type=Path, help="a PEM file with certificate and key: serve TCPS")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oracle-net-") as folder:
        server = Server(Path(folder), given.password, port=given.port, tls=_tls(given.certificate))
        threading.Thread(target=server.serve, daemon=True).start()
        print(server.port, flush=True)
        sys.stdin.read()
        sys.stdout.flush()
    os._exit(0)  # sessions that are still open end with the process


def _tls(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


main()
