"""The commands about what changes while the files of a configuration stay: resolve, upgrade."""
