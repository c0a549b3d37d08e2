"""Writes a local authority and a certificate for this machine's loopback names: `make_certificates.py FOLDER`."""

import datetime
import ipaddress
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(subject, key, issuer, issuer_key, *extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(
        issuer_name=name(issuer), subject_name=name(subject), public_key=key.public_key(), serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(minutes=5), not_valid_after=now + datetime.timedelta(days=90),
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def usage(*wanted):
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{one: one in wanted for one in every}), True


def write(folder):
    """`ca.pem`, `server.pem` and `server.key`; the authority's own key is forgotten, so it can sign nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = "Harbour Books local authority"
    names = [x509.DNSName("localhost")] + [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")]
    (folder / "ca.pem").write_bytes(certificate(
        authority, authority_key, authority, authority_key, (x509.BasicConstraints(ca=True, path_length=0), True), usage("key_cert_sign", "crl_sign"),
    ))
    (folder / "server.pem").write_bytes(certificate(
        "localhost", key, authority, authority_key, (x509.BasicConstraints(ca=False, path_length=None), True), usage("digital_signature"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False), (x509.SubjectAlternativeName(names), False),
    ))
    with open(os.open(folder / "server.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_certificates.py FOLDER")
    write(Path(sys.argv[1]))
