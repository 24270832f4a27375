"""Values that satisfy expressions: found with automata, spelt so that a request can have them."""
