"""Networks, mostly from committed tables: what chapters measure."""
