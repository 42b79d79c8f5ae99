"""Signed notes and checkpoints in the formats of transparency logs, so that their tools read ours.

C2SP signed-note: a text, an empty line, and a line `— <name> <base64 of key id and signature>` for
each Ed25519 signature. C2SP tlog-checkpoint: the text is origin, tree size and root in base64, a
line each. A verifier key reads `<name>+<key id>+<base64 of 0x01 and the public key>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "sightline/raw-ledger"
_ED25519 = b"\1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log of seals at one size: `root` is its RFC 6962 root."""

    size: int
    root: bytes

    @property
    def noted_root(self) -> str:
        """The root as people note it down: number of the newest seal, colon, root in hex."""
        return f"{self.size - 1}:{self.root.hex()}"

    def text(self) -> str:
        """The body of the note, its last newline included."""
        return f"{ORIGIN}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse(note: str) -> Checkpoint:
    """The checkpoint a note speaks of, its signatures aside; ValueError when it is none."""
    lines = note.split("\n")
    if len(lines) < 4 or lines[0] != ORIGIN or not lines[1].isdecimal():
        raise ValueError("this is no checkpoint of a raw ledger")
    return Checkpoint(int(lines[1]), base64.b64decode(lines[2], validate=True))


def sign(text: str, keys: Sequence[Ed25519PrivateKey]) -> str:
    """The text with one signature line for each key."""
    lines = []
    for key in keys:
        signature = _key_id(_public_bytes(key)) + key.sign(text.encode())
        lines.append(f"— {ORIGIN} {base64.b64encode(signature).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def is_signed_by(note: str, verifier: str) -> bool:
    """Whether one of the note's signatures is this verifier key's, over all of its text."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, key_id, encoded = verifier.strip().split("+", 2)
    public = base64.b64decode(encoded)[1:]
    text, found, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines() if found else ():
        dash, _, rest = line.partition(" ")
        signer, _, blob = rest.partition(" ")
        if dash != "—" or signer != name:
            continue
        try:
            signature = base64.b64decode(blob, validate=True)
            if signature[:4].hex() == key_id:
                Ed25519PublicKey.from_public_bytes(public).verify(
                    signature[4:], f"{text}\n".encode()
                )
                return True
        except (InvalidSignature, binascii.Error):
            continue
    return False


def verifier_key(key: Ed25519PrivateKey) -> str:
    """The verifier key of a signing key, on one line."""
    public = _public_bytes(key)
    encoded = base64.b64encode(_ED25519 + public).decode()
    return f"{ORIGIN}+{_key_id(public).hex()}+{encoded}"


def _public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _key_id(public: bytes) -> bytes:
    return hashlib.sha256(f"{ORIGIN}\n".encode() + _ED25519 + public).digest()[:4]
