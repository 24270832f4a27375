"""What releases do differently when they read, print and screen requests: bits, 0 for the newest; no code.

``identify.config.releases`` says which release has which.  None of them changes how a message is scanned:
``take_dialect`` in ``_message`` refuses afterwards what a release drops, printing and screening look at the bits where
what they concern comes up.
"""

cdef enum Dialect:
    # A tel URI as request URI, From or To is answered 416, so its parameter ``line`` is never looked at.
    TEL_REFUSED = 1
    # Parameters x-ast-... stay in the request URI and in those of Contacts.
    X_AST_KEPT = 2
    # Names and values of header parameters are printed with their escapes resolved.
    PARAMETERS_DECODED = 4
    # A list that begins with a comma drops the message.
    EMPTY_LIST_REFUSED = 8
    # Regular expressions work on bytes.
    BYTES = 16
    # All of them.
    DIALECTS = 31
