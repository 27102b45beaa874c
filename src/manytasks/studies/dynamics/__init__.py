"""Flows, brackets and small smooth networks: what chapters measure."""
