"""One module an object type: which options hold, what they mean, what refuses the object."""
