"""Which configured endpoint does this SIP request belong to? As Asterisk's PJSIP answers it."""
