"""Networks: data sets, task streams, ensembles trained as one, and every sweep of Paper A."""
