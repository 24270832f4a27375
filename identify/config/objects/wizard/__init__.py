"""pjsip_wizard.conf: which objects its sections make, and what their patterns say."""
