"""What outlives a generation: the key-value store."""
