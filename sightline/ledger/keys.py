"""The key that signs checkpoints: one file, readable by its owner alone, made once.

Setting: SIGHTLINE_SIGNING_KEY names the file (PEM, PKCS 8, Ed25519), so that it can live where the
administrator of the warehouse cannot read it. Default: `keys/ledger.pem` in SIGHTLINE_HOME.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in the file, made there when there is none. SightlineEnvironmentError otherwise."""
    if not path.exists():
        write_new_key(path)
    return read_key(path)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key in the file; SightlineEnvironmentError when it holds no Ed25519 key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SightlineEnvironmentError(
            f"no signing key can be read from {path} ({type(error).__name__}): point "
            "SIGHTLINE_SIGNING_KEY at a PEM file with an Ed25519 key"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SightlineEnvironmentError(f"the key in {path} is no Ed25519 key")
    return key


def write_new_key(path: Path) -> None:
    """Make a key in a file of mode 600 that was not there; SightlineEnvironmentError if it was."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SightlineEnvironmentError(
            f"cannot make a signing key at {path}: {error.strerror}"
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
