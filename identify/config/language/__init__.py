"""The configuration language: from files to sections with their option lines; no option is understood here."""
