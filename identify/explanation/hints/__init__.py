"""What would make a request match that doesn't: hints of :mod:`identify.config.hints`, tried on the request."""
