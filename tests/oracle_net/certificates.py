"""A certificate that signs itself, with its key, in the form of a wallet that thin mode reads."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fittrack.kit.clock import SystemClock

WALLET_FILE = "ewallet.pem"
HOST = "localhost"


def make_certificate(folder: Path) -> Path:
    """The wallet in `folder`: certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = SystemClock().now()
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _write(folder, certificate, key, serialization.NoEncryption())


def protect(folder: Path, password: str | None) -> Path:
    """A wallet like the one in `folder`, whose key the password protects; that folder's if there is none."""
    if password is None:
        return folder
    pem = (folder / WALLET_FILE).read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "it is the one made here"
    protected = folder / "protected"
    protected.mkdir()
    by_password = serialization.BestAvailableEncryption(password.encode())
    _write(protected, x509.load_pem_x509_certificate(pem), key, by_password)
    return protected


def _write(
    folder: Path,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    protection: serialization.KeySerializationEncryption,
) -> Path:
    encoding = serialization.Encoding.PEM
    wallet = folder / WALLET_FILE
    wallet.write_bytes(
        certificate.public_bytes(encoding)
        + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, protection)
    )
    return wallet
