"""What happens to a request before and after its identification, as far as one message tells."""
