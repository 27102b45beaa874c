"""What chapters measure on tables: numbers by unit. A study draws nothing and judges nothing."""
