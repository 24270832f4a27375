"""URIs as PJSIP reads and prints them; offers nothing to Python."""
