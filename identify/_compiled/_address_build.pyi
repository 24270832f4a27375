"""Building of address tables; offers nothing to Python."""
