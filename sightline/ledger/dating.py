"""Time-stamp tokens (RFC 3161): an authority's word that a checkpoint existed by a moment."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from datetime import datetime

ROOTS = "timestamps.pem"
_SECONDS = 30
_MOST = 1_000_000  # bytes; a token has some five thousand


def ask(url: str, checkpoint: str, folder: Path) -> bytes:
    """The answer of the authority, checked; SightlineEnvironmentError when it is none that holds.

    The folder holds the certificates that its signature must lead to, in `timestamps.pem`.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    if not url.startswith(("https://", "http://")):
        raise SightlineEnvironmentError("SIGHTLINE_TIMESTAMPS is no http address")
    builder = TimestampRequestBuilder(checkpoint.encode(), HashAlgorithm.SHA256)
    asked = urllib.request.Request(  # noqa: S310 - the scheme is checked
        url, builder.build().as_bytes(), {"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS) as response:  # noqa: S310 - the same
            answer: bytes = response.read(_MOST)
    except OSError as error:
        raise SightlineEnvironmentError(
            f"the time-stamping authority did not answer ({type(error).__name__}): no token for "
            "the newest checkpoint"
        ) from None
    try:
        moment(answer, checkpoint, folder)
    except ValueError as error:
        raise SightlineEnvironmentError(
            f"the time-stamping authority gave a token that does not hold: {error}"
        ) from None
    return answer


def moment(token: bytes, checkpoint: str, folder: Path) -> datetime:
    """When the checkpoint existed; ValueError when the token does not say so, or cannot be read."""
    import rfc3161_client as tsp
    from cryptography.x509 import load_pem_x509_certificates

    try:
        roots = load_pem_x509_certificates((folder / ROOTS).read_bytes())
    except OSError as error:
        raise ValueError(f"{folder / ROOTS} cannot be read ({error.strerror})") from None
    answer = tsp.decode_timestamp_response(token)
    try:
        verifier = tsp.VerifierBuilder(roots=roots).build()
        verifier.verify_message(answer, checkpoint.encode())
    except tsp.VerificationError as error:
        raise ValueError(str(error)) from None
    return answer.tst_info.gen_time
