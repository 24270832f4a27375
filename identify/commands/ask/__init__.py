"""The commands that ask about one configuration: explain, show, bench."""
