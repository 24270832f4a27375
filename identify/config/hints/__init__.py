"""What people often write and what it means to Asterisk: the one source of such hints, for problems and for reasons.

A hint is a clause, "" if there is none.  What it proposes was tried first: an item is read, an expression compiled.
"""
