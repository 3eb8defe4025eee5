"""Lua VMs behind one contract: the tiers, what crosses the border, and budgets."""
