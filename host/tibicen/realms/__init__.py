"""Each realm mounts its API into a VM or a Python module."""
