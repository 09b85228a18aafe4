"""What can go wrong, in one sentence that the person who caused it can act on."""


class InputError(ValueError):
    """A file, a flag or a number that cannot be used: names the place and the mend. Commands end with 2."""


class Failed(Exception):
    """What could not be done now, though the input was right. Nothing was changed; commands end with 1."""


class StoreBusy(Failed):
    """Another process is changing the catalog and does not come to an end."""


class PricingError(Exception):
    """A request that has no bill. `code` is part of the command contract."""

    code = "unpriced"


class Unpriced(PricingError):
    """No rule in the catalog covers this use; the message says which. It is never $0."""


class UnknownModel(PricingError):
    """No model or alias of this name."""

    code = "unknown_model"


class InvalidUsage(PricingError):
    """Token counts that cannot be: negative, absurd, or cached above input."""

    code = "invalid_usage"
