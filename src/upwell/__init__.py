"""Upwell's engines: matching, opinion, network, evidence and experiment mathematics, with no web and no database.

Nothing heavy is loaded here: each verb is a package of its own (``from upwell import connect``).
"""

from upwell._kit.errors import Cancelled, InputError

__version__ = "0.1.0"
__all__ = ["Cancelled", "InputError", "__version__"]
