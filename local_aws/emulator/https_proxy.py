"""An HTTPS proxy that answers for AWS's own host names in the embedded AWS.

A few clients ask AWS at an address that no setting changes: SageMaker's Python SDK asks STS for the
account, and reports its use. With this proxy in HTTPS_PROXY, and its authority trusted, their
requests arrive here. Requests to hosts that are not AWS's pass through.
"""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from tempfile import NamedTemporaryFile

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_aws.environment import PROXY_AUTHORITIES, PROXY_PORT

OF_AWS = re.compile(r"(?:.+\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws|on\.aws)")
CONNECT = re.compile(rb"CONNECT ([^\s:]+):(\d{1,5}) HTTP/1\.[01]\r\n")
MAX_HEAD_BYTES = 65_536
BLOCK_BYTES = 65_536
SECONDS = 30.0
VALID = timedelta(days=3650)


class Authority:
    """Issues certificates for host names; it lives as long as the emulator's process."""

    def __init__(self) -> None:
        """Create the authority's own certificate."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("embedded AWS")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        builder = _builder(self._name, self._key).add_extension(constraints, critical=True)
        self.pem = self._signed(builder)
        self.context = cache(self._context)

    def _context(self, host: str) -> ssl.SSLContext:
        """Return the server side of TLS for a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        builder = _builder(_name(host[:64]), key).add_extension(names, critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with NamedTemporaryFile() as file:  # ssl reads keys from files only
            file.write(self._signed(builder) + private)
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        signed = builder.issuer_name(self._name).sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)


class Proxy(ThreadingTCPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        """Answer AWS's host names with the service at `port`."""
        super().__init__(("127.0.0.1", 0), Connection)
        self.emulator, self.authority = ("127.0.0.1", port), Authority()


class Connection(BaseRequestHandler):
    """One CONNECT request and the bytes that follow it."""

    server: Proxy

    def handle(self) -> None:
        """Connect the client to the host that it names, or to the embedded AWS in its place."""
        head = b""
        self.request.settimeout(SECONDS)
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in head and len(head) < MAX_HEAD_BYTES:
                block = self.request.recv(BLOCK_BYTES)
                head += block
                if not block:
                    return
            match = CONNECT.match(head)
            if match is None:
                self.request.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
                return
            self._connect(match[1].decode("ascii", "replace").lower(), int(match[2]))

    def _connect(self, host: str, port: int) -> None:
        local = OF_AWS.fullmatch(host) is not None
        try:
            target = socket.create_connection(
                self.server.emulator if local else (host, port), timeout=SECONDS
            )
        except OSError:
            self.request.sendall(b"HTTP/1.1 502 No such host\r\nContent-Length: 0\r\n\r\n")
            return
        with target:
            self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            client = self.request
            if local:
                context = self.server.authority.context(host)
                client = context.wrap_socket(client, server_side=True)
            for end in (client, target):
                end.settimeout(None)
            answers = threading.Thread(target=_copy, args=(target, client), daemon=True)
            answers.start()
            _copy(client, target)
            answers.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until the source ends, then signal end of file to the target."""
    with contextlib.suppress(OSError):
        while block := source.recv(BLOCK_BYTES):
            target.sendall(block)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """Return what all certificates have in common."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
    )


def start(state: Path, port: int) -> Callable[[], None]:
    """Start the proxy; write its port and the authorities that its clients trust to `state`.

    Returns:
        A function that stops it.
    """
    proxy = Proxy(port)
    public = Path(certifi.where()).read_bytes()
    (state / PROXY_AUTHORITIES).write_bytes(public + b"\n" + proxy.authority.pem)
    (state / PROXY_PORT).write_text(str(proxy.server_address[1]), "utf-8")
    threading.Thread(target=proxy.serve_forever, name="https-proxy", daemon=True).start()
    return proxy.shutdown
