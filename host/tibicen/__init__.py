"""Tibicen: a host for Open Tibia game scripts, where saving a plugin makes it live."""

__version__ = "0.1.0"
