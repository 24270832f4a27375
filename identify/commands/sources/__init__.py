"""Commands on what a configuration takes from elsewhere, such as host names."""
