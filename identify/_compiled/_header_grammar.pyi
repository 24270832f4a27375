"""The grammar of headers that PJSIP reads itself; offers nothing to Python."""
