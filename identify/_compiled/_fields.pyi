"""Header fields that PJSIP reads itself; offers nothing to Python."""
