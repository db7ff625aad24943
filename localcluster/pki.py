"""The cluster's own certificate authority, made fresh at its first `up`."""

import datetime
import ipaddress
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .files import private_folder, write_private


def create(folder: Path) -> None:
    """Makes the credentials of a new cluster; those of an existing one are kept.

    The authority's key is thrown away once the server's certificate is signed: nothing else is
    ever signed with it, so nobody can steal it.

    Args:
        folder: Where they go. Every file is readable by its owner alone.
    """
    # The last file written tells that all of them are there.
    if (folder / "token").exists():
        return

    def name(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    def builder(subject: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("statefast local cluster"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            # An hour of slack for a clock that is set back after the first `up`.
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=3650))
        )

    private_folder(folder)
    authority = ec.generate_private_key(ec.SECP256R1())
    authority_certificate = (
        builder("statefast local cluster", authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority, hashes.SHA256())
    )
    server = ec.generate_private_key(ec.SECP256R1())
    server_certificate = (
        builder("kube-apiserver", server)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")),
                    x509.IPAddress(ipaddress.IPv4Address("10.0.0.1")),
                    x509.DNSName("localhost"),
                    x509.DNSName("kubernetes.default.svc"),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    accounts = ec.generate_private_key(ec.SECP256R1())
    write_private(folder / "ca.crt", _certificate(authority_certificate))
    write_private(folder / "apiserver.crt", _certificate(server_certificate))
    write_private(folder / "apiserver.key", _private(server))
    write_private(folder / "service-accounts.key", _private(accounts))
    write_private(folder / "service-accounts.pub", _public(accounts))
    token = secrets.token_urlsafe(32)
    write_private(folder / "tokens.csv", f'{token},admin,admin,"system:masters"\n')
    write_private(folder / "token", token)


def _certificate(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    # The SEC1 form: what every Kubernetes part reads, service account keys included.
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
