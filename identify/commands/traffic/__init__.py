"""The commands that read traffic: ``simulate`` and ``verify``."""
