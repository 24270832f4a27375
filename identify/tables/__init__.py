"""What compiled tables are planned from, and what an engine keeps beside them."""
