"""How a child process says that the bytes are at fault, not the program."""


class Refusal(Exception):
    """The bytes are not acceptable: `code` says why, `params` holds what a message may name."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
