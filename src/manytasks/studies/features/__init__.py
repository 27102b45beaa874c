"""Features that are not Gaussian: what chapters measure."""
