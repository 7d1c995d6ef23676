"""The one error an action raises when it will not do what was asked."""


class Refused(Exception):
    """An action said no. Its text can be shown to a person as it stands."""
