"""The one family of refusals that screens and the API turn into sentences."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A refusal that a person may read: nothing was changed.

    `code` is a stable snake_case word, `message` a translatable sentence, `facts` what
    a screen may want to show (never a phone, a code or a key).
    """

    code: str
    message: str | Promise
    facts: dict[str, object]

    def __init__(self, code: str, message: str | Promise, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message)
