"""The scan of a SIP request; offers nothing to Python."""
