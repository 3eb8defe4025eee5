"""The Open Tibia wire protocol."""
