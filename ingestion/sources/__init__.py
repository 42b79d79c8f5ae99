"""Which systems do we ask? One module a source; the folder is the list."""
