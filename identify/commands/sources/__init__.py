"""The commands about what a configuration means elsewhere and at other times: resolve, upgrade."""
