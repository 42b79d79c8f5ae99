"""The folder outside the warehouse that holds every seal, checkpoint and leaf hash.

    trusted.key                      verifier key of the first signer: where trust begins
    checkpoint                       the newest checkpoint, a signed note
    000000/000000012.seal            the seal of one load, a thousand to a folder
    000000/000000012.checkpoint      the log as of that seal, signed
    000000/000000012.<table>.leaves  leaf hashes of the load's rows, 32 bytes each, in order
    000000/000000012.<table>.slices  roots over each 32,768 of these, where there are more
    000000/000000012.definitions     definition files in force, where they changed with this seal
    000000/000000012.token           when that checkpoint existed, by an authority (`dating`)
    announced/<dataset>/<load id>    loads about to be committed; gone once sealed
    found/breach.json, …/broken_row  what was found broken, and mended, as `raw_ledger` has it

Every file is written aside and renamed; `checkpoint` is renamed last and makes the seal count.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sightline.errors import NothingCheckedError, SightlineEnvironmentError
from sightline.ledger import definition_files, merkle, note, seal
from sightline.ledger.seal import Seal

_A_FOLDER = 1_000


@dataclass(frozen=True, slots=True)
class Archive:
    """The checkpoints folder of one installation."""

    folder: Path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the log alone: two pulls may want to append to it at once."""
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / ".lock").open("w")
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SightlineEnvironmentError(
                f"cannot write to the checkpoints folder {self.folder}: {error.strerror}; point "
                "SIGHTLINE_CHECKPOINTS at a folder this process may write to"
            ) from error

    @property
    def size(self) -> int:
        """The number of seals that count."""
        newest = self.newest_checkpoint()
        return 0 if newest is None else note.parse(newest).size

    def newest_checkpoint(self) -> str | None:
        """The newest signed note; None before the first seal."""
        path = self.folder / "checkpoint"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def required_checkpoint(self) -> str:
        """The newest signed note; NothingCheckedError before the first seal."""
        newest = self.newest_checkpoint()
        if newest is None:
            raise NothingCheckedError(
                f"nothing is sealed in {self.folder}: bring back a copy of the folder if it was "
                "there, else run a pulse, or `python -m ingestion`"
            )
        return newest

    def trusted_key(self) -> str | None:
        """The verifier key of the first signer; None before the first seal."""
        path = self.folder / "trusted.key"
        return path.read_text(encoding="utf-8").strip() if path.exists() else None

    def seal_text(self, number: int) -> str | None:
        """The text of one seal; None when it is not there."""
        path = self.path(number, "seal")
        return path.read_text(encoding="utf-8") if path.exists() else None

    def read_seal(self, number: int) -> Seal | None:
        """One seal; None before the first.

        SightlineEnvironmentError when the folder does not hold what its checkpoint speaks of.
        """
        if number < 0:
            return None
        try:
            return seal.read(self.seal_text(number) or "")
        except ValueError as error:
            raise SightlineEnvironmentError(
                f"{self.folder} lacks its seal {number} ({error}): restore the folder"
            ) from error

    def checkpoint(self, number: int) -> str | None:
        """The signed note as of one seal; None when it is not there."""
        path = self.path(number, "checkpoint")
        return path.read_text(encoding="utf-8") if path.exists() else None

    def leaves(self, number: int, table: str, *, first: int, rows: int) -> bytes:
        """Leaf hashes of so many rows of one table of one load from `first` on, if they are there.

        Nothing else of the file is read.
        """
        path = self.path(number, f"{table}.leaves")
        if not path.exists():
            return b""
        with path.open("rb") as file:
            file.seek(first * merkle.SIZE)
            return file.read(rows * merkle.SIZE)

    def slice_roots(self, number: int, table: str) -> bytes:
        """The root over each slice of these leaf hashes, if they are there."""
        path = self.path(number, f"{table}.slices")
        return path.read_bytes() if path.exists() else b""

    def definitions(self, sealed: Seal) -> dict[str, str] | None:
        """The definition files as the seal has them; None when their list is gone or altered."""
        path = self.path(sealed.definitions_at, "definitions")
        if not path.exists():
            return None
        files: dict[str, str] = json.loads(path.read_bytes())
        return files if definition_files.root(files) == sealed.definitions_root else None

    def append(
        self,
        sealed: Seal,
        *,
        hashes: Mapping[str, bytes],
        definitions: Mapping[str, str],
        checkpoint: str,
    ) -> None:
        """Export one seal, its files of hashes by suffix, and the checkpoint that ends with it."""
        number = sealed.number
        files = {self.path(number, suffix): content for suffix, content in hashes.items()}
        if sealed.definitions_at == number:
            listed = json.dumps(definitions, indent=0, sort_keys=True).encode()
            files[self.path(number, "definitions")] = listed
        files[self.path(number, "seal")] = sealed.text().encode()
        files[self.path(number, "checkpoint")] = checkpoint.encode()
        files[self.folder / "checkpoint"] = checkpoint.encode()
        with self._writing():
            for path, content in files.items():
                _write(path, content)

    def dated(self) -> list[int]:
        """The seals whose checkpoint carries a time-stamp token, in order."""
        return sorted(int(path.stem) for path in self.folder.glob("[0-9]*/[0-9]*.token"))

    def token(self, number: int) -> bytes:
        """The time-stamp token of the checkpoint of one seal."""
        return self.path(number, "token").read_bytes()

    def keep_token(self, number: int, token: bytes) -> None:
        """Keep a time-stamp token beside the checkpoint it dates."""
        with self._writing():
            _write(self.path(number, "token"), token)

    def trust(self, verifier: str) -> None:
        """Note down the key that trust begins with."""
        with self._writing():
            _write(self.folder / "trusted.key", f"{verifier}\n".encode())

    def announce(self, dataset: str, load_id: str) -> None:
        """Say that a load is about to be committed: only such a load may be sealed late."""
        path = self.folder / "announced" / dataset / load_id
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def announced(self) -> list[tuple[str, str]]:
        """Dataset and load id of the loads announced and not sealed, oldest first."""
        found = sorted((self.folder / "announced").glob("*/*"), key=lambda path: path.name)
        return [(path.parent.name, path.name) for path in found]

    def withdraw(self, dataset: str, load_id: str) -> None:
        """The load is sealed, or never came to be."""
        (self.folder / "announced" / dataset / load_id).unlink(missing_ok=True)

    def found(self, table: str) -> Path:
        """The copy of a table of `raw_ledger` that says what was found, a JSON object a line."""
        return self.folder / "found" / f"{table}.json"

    @contextmanager
    def finding(self, table: str) -> Iterator[Path]:
        """A file to write that copy to, which replaces the one before when the block ends."""
        path = self.found(table)
        aside = path.with_name(f".{path.name}.new")
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            yield aside
            aside.replace(path)

    def path(self, number: int, suffix: str) -> Path:
        """Where a file of one seal lies."""
        name = quote(f"{number:09d}.{suffix}", safe="")  # a table may be called anything
        return self.folder / f"{number // _A_FOLDER:06d}" / name


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
