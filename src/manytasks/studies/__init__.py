"""What chapters measure, on draws and on tables, in four rooms. A study draws no picture and judges nothing."""
