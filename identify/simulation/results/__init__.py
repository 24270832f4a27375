"""What a simulation found: counts by answer, source and time, and the tables that show them."""
