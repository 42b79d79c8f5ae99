"""One check, one file: what offends against the definitions as a whole, and the way out."""
