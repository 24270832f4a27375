"""The configuration language: from files to sections with their option lines; options have no meaning here."""
