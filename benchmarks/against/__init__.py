"""What is measured against: libraries of others, loops written by hand in C, and the least that a call costs."""
