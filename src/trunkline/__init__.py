"""3CX call history and recordings into one truthful table, each client's CRM, and reports people act on."""

from importlib.metadata import version

__version__ = version("trunkline")
