"""Load tests: many light clients in one process, each running a script."""
