"""SIP messages in text that people and their tools make: what sngrep, ngrep and tcpdump print, and what is pasted."""
