"""Who may do what: what owners granted to plugins."""
