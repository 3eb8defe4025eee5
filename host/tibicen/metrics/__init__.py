"""Figures of the host and its plugins: read together, shown to Prometheus, and profiles."""
