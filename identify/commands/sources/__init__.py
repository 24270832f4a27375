"""The commands about where a configuration's content comes from: resolve, upgrade."""
