"""Trees are those of Certificate Transparency: its published reference roots, and its proofs."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.ledger import check_proof, merkle

# The reference tree of google/certificate-transparency (merkletree/merkle_tree_test.cc).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def hashes(count: int) -> bytes:
    return b"".join(merkle.leaf_hash(leaf) for leaf in LEAVES[:count])


@pytest.mark.parametrize("count", range(len(ROOTS)))
def test_roots_are_the_published_ones(count: int) -> None:
    assert merkle.root(hashes(count)).hex() == ROOTS[count]


@pytest.mark.parametrize(("count", "slices"), [(0, 0), (1, 1), (32_768, 1), (65_537, 3)])
def test_the_roots_of_slices_lead_to_the_root(count: int, slices: int) -> None:
    leaves = b"".join(sha256(number.to_bytes(4)).digest() for number in range(count))
    size = merkle.SLICE * merkle.SIZE
    roots = [merkle.root(leaves[at : at + size]) for at in range(0, len(leaves), size)]
    assert len(roots) == slices
    assert merkle.root(b"".join(roots)) == merkle.root(leaves)


@pytest.mark.parametrize("count", range(len(ROOTS)))
def test_a_tree_grown_leaf_by_leaf_has_the_same_root(count: int) -> None:
    grown = merkle.Range()
    for leaf in LEAVES[:count]:
        grown = grown.append(merkle.leaf_hash(leaf))
    assert grown.size == count
    assert grown.root().hex() == ROOTS[count]


@given(st.integers(1, 300), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_only(size: int, data: st.DataObject) -> None:
    leaves = [sha256(str(number).encode()).digest() for number in range(size)]
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    path = [part.hex() for part in merkle.inclusion_path(b"".join(leaves), index)]
    root = merkle.root(b"".join(leaves))
    assert check_proof.root(leaves[index], index, size, path) == root
    assert (check_proof.root(leaves[other], other, size, path) == root) == (other == index)


def test_a_checkpoint_is_a_note_that_other_tools_can_read() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from sightline.ledger import note

    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    checkpoint = note.Checkpoint(7, merkle.leaf_hash(b""))
    signed = note.sign(checkpoint.text(), [key])
    body, signature = signed.split("\n\n")
    name, key_id, public = note.verifier_key(key).split("+", 2)
    assert body.split("\n") == [name, "7", base64.b64encode(checkpoint.root).decode()]
    # C2SP signed-note: the id is the start of SHA-256(name, newline, 0x01, public key)
    assert key_id == sha256(name.encode() + b"\n" + base64.b64decode(public)).hexdigest()[:8]
    assert signature.startswith(f"— {name} ")
    assert note.is_signed_by(signed, note.verifier_key(key))
    assert not note.is_signed_by(signed.replace("\n7\n", "\n8\n"), note.verifier_key(key))
    assert note.parse(signed) == checkpoint
