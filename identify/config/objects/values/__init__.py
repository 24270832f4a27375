"""Which values an option takes: numbers, lists, credentials, contacts, and the rule of each kind of option."""
