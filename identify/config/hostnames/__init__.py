"""Host names in a configuration: which are asked for, in which order, and what the answers add."""
