"""One module per object type: which options are in effect, what they mean, and what refuses the object."""
