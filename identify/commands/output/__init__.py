"""What the command gives out: text, files, and its exit status."""
