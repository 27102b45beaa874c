"""What chapters measure, on draws and on tables, in four rooms; a study draws and judges nothing."""
