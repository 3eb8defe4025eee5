"""How plugins talk: hooks and subjects."""
