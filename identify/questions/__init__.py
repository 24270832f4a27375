"""Questions about a configuration that concern all requests, not one: ``upgrading``."""
