"""Child processes: programs that are run to their end, and workers that answer calls."""
