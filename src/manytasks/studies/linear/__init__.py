"""Linear models: what chapters measure."""
