"""Host names in a configuration: which are looked up, in which order, and what the answers add."""
