"""Headers of tunnels; offers nothing to Python."""
