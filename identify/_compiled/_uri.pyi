"""URIs as PJSIP reads them; offers nothing to Python."""
