"""The gate that counts instructions: what a call costs by a measure that no other load on the machine changes."""
