"""Is raw history still what was loaded? Every load sealed, every seal signed and kept elsewhere.

A row is a leaf of its load's tree (`canonical`, `merkle`), a load is one `seal`, and the seals are
the leaves of one log, whose root is signed as a `checkpoint` (`note`, `keys`). Seals, checkpoints
and leaf hashes are exported to the `archive`, a folder that whoever can write to the warehouse must
not be able to write to: everything said here rests on that. `sealing` follows each load,
`verifying` compares warehouse, archive and definition files, `watching` does a share of it in each
pulse, `attesting` has others keep and date the log, and `proving` writes what `check_proof.py`
checks without the warehouse.
"""
