"""Whose saved work it is."""

LOCAL = "local"  # The one owner where nobody signs in.
