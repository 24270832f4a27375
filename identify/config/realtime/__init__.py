"""Objects that don't come from the sections of pjsip.conf: where they come from instead."""
