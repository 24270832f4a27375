"""URIs as PJSIP prints them; offers nothing to Python."""
