"""SIP messages in a stream; offers nothing to Python."""
