"""The command ``sip-identify``: one module a command; it reads arguments and prints, deciding nothing."""
