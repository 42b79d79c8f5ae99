"""Check the proof of one raw row without the warehouse: `python check_proof.py PROOF.json KEY`.

KEY is a verifier key of whoever signs the checkpoints, or a file that holds it; it must reach you
by another way than the proof, which brings along the keys introduced after it. Needs this page,
Python and the `cryptography` package, and shares no code with what wrote the proof. Exit code 0
when the proof holds, 1 when it does not, 2 when there is none to check.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def leaf(data: bytes) -> bytes:
    """RFC 6962: the hash of a leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def canonical(values: Mapping[str, str], columns: Sequence[str]) -> bytes:
    """The bytes of a row: lengths, then values.

    In order of the columns that the seal lists, with no length for a NULL; any other with its name.
    """
    size = {name: len(value.encode()) for name, value in values.items()}
    later = sorted(values.keys() - set(columns))
    lengths = [f" {size.get(name, '')}" for name in columns]
    lengths += [f"\n{len(name.encode())}:{name} {size[name]}" for name in later]
    told = [values.get(name, "") for name in (*columns, *later)]
    return "".join([*lengths, "\n\n", *told]).encode()


def root(hashed: bytes, index: int, size: int, path: Sequence[str]) -> bytes:
    """The root that a leaf, its index and its path lead to (RFC 9162, section 2.1.3.2)."""
    last = size - 1
    for sibling in map(bytes.fromhex, path):
        if index % 2 or index == last:
            hashed = hashlib.sha256(b"\1" + sibling + hashed).digest()
            while not index % 2 and index:
                index, last = index // 2, last // 2
        else:
            hashed = hashlib.sha256(b"\1" + hashed + sibling).digest()
        index, last = index // 2, last // 2
    return hashed if last == 0 else b""


def signed(checkpoint: str, key: str) -> tuple[int, bytes]:
    """Size and root of a log, if the note is signed by the key; InvalidSignature otherwise."""
    text, _, signatures = checkpoint.rpartition("\n\n")
    origin, size, encoded = text.split("\n")[:3]
    name, key_id, public = key.strip().split("+", 2)
    for line in signatures.splitlines():
        signature = base64.b64decode(line.rpartition(" ")[2])
        if name == origin and signature[:4].hex() == key_id:
            verifier = Ed25519PublicKey.from_public_bytes(base64.b64decode(public)[1:])
            verifier.verify(signature[4:], f"{text}\n".encode())
            return int(size), base64.b64decode(encoded)
    raise InvalidSignature


def newest(introductions: Sequence[Mapping[str, Any]], key: str) -> str:
    """The key that signs at last: each stands in a seal of the log that the one before signed."""
    for step in introductions:
        try:
            introduced = in_log(step, key) and json.loads(step["seal"])["introduces"]
        except InvalidSignature:  # by an older key than this one
            continue
        key = introduced or key
    return key


def in_log(step: Mapping[str, Any], key: str) -> bool:
    """Whether a seal is in the log whose checkpoint the key signed; InvalidSignature otherwise."""
    size, log = signed(step["checkpoint"], key)
    number = json.loads(step["seal"])["number"]
    return root(leaf(step["seal"].encode()), number, size, step["seal_path"]) == log


def failure(proof: Mapping[str, Any], key: str) -> str:
    """What does not hold, in words; empty when everything does."""
    seal = json.loads(proof["seal"])
    named = (proof["values"].get("_dlt_load_id"), proof["values"].get("_row"))
    if named != (proof["load_id"], str(proof["row"])):
        return "the values are those of another row"
    if (seal["dataset"], seal["load_id"]) != (proof["dataset"], proof["load_id"]):
        return "the seal is that of another load"
    if proof["table"] not in seal["tables"]:
        return "the load brought no rows of that table"
    table = seal["tables"][proof["table"]]
    hashed = leaf(canonical(proof["values"], table["columns"]))
    if root(hashed, proof["row"], table["rows"], proof["row_path"]).hex() != table["root"]:
        return "the row is not the one that was sealed"
    try:
        is_there = in_log(proof, newest(proof.get("introductions", ()), key))
    except (InvalidSignature, ValueError):
        return "the checkpoint is not signed by this key, nor by one that it introduced"
    return "" if is_there else "the seal is not in the log that was signed"


def main() -> int:
    """Check the proof named on the command line and say what came of it."""
    if len(sys.argv) != 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        text, key = Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]
        key = key if "+" in key else Path(key).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"nothing was checked: {error}\n")
        return 2
    try:
        proof = json.loads(text)
        wrong = failure(proof, key)
        row = "row {row} of {dataset}.{table} in load {load_id}".format_map(proof)
    except (AttributeError, KeyError, TypeError, ValueError):
        sys.stderr.write(f"nothing was checked: {sys.argv[1]} holds no proof of a row\n")
        return 2
    sys.stdout.write(f"{row}: {wrong or 'as it was sealed'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
