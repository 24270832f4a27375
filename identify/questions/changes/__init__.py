"""What changes from one release to another, a module for each kind of thing."""
