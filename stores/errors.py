"""What the shop floor refuses, in sentences that can be read aloud."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class NotAllowed(DomainError):
    def __init__(self, *, permission: str) -> None:
        super().__init__(
            "not_allowed", _("You may not do this here."), permission=permission
        )


class OutOfReach(DomainError):
    """Nobody gives what they do not hold, or changes those who may do more."""

    def __init__(self) -> None:
        super().__init__(
            "out_of_reach", _("This person or role may do more than you may give.")
        )


class NotOnOneself(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "not_on_oneself", _("Someone else has to do this for you, not you.")
        )


class PinTooSimple(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "pin_too_simple",
            _("A PIN is four to six digits, and not as simple as 1111 or 1234."),
        )


class PasswordTooSimple(DomainError):
    """Short, common, all digits, or like the name: the sentences say which."""

    def __init__(self, sentences: str) -> None:
        super().__init__("password_too_simple", sentences)


class ProofRefused(DomainError):
    """A wrong PIN or password, or none set: the same sentence either way."""

    def __init__(self) -> None:
        super().__init__("proof_refused", _("The PIN or password is not right."))


class ProofLocked(DomainError):
    def __init__(self, *, until: datetime) -> None:
        super().__init__(
            "proof_locked",
            _("Too many wrong tries. Please wait 15 minutes and try again."),
            until=until,
        )


class PinPaused(DomainError):
    """Many colleagues typed wrong PINs for this account: for a while only the password
    proves it.
    """

    def __init__(self) -> None:
        super().__init__(
            "pin_paused",
            _(
                "Too many wrong PINs were typed for this person. Please type the "
                "password instead, or wait 15 minutes."
            ),
        )


class AmountOutOfRange(DomainError):
    def __init__(self, *, amount: int) -> None:
        super().__init__(
            "amount_out_of_range", _("This amount is not possible."), amount=amount
        )


class TillNotInUse(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "till_not_in_use", _("This till, or its store, is not in use.")
        )


class ShiftAlreadyOpen(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "shift_already_open", _("A shift is already open on this till.")
        )


class ShiftIsClosed(DomainError):
    def __init__(self) -> None:
        super().__init__("shift_is_closed", _("This shift is closed already."))


class SameHands(DomainError):
    def __init__(self) -> None:
        super().__init__("same_hands", _("The till is in these hands already."))


class TenderUnknown(DomainError):
    def __init__(self, *, tender: str) -> None:
        super().__init__(
            "tender_unknown", _("This is no way of paying here."), tender=tender
        )


class TenderNotCounted(DomainError):
    """Something was taken by it in the shift, and no count says what is there."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            "tender_not_counted",
            _("%(tender)s was used in this shift: count it, or write 0.")
            % {"tender": name},
        )


class RecountNeeded(DomainError):
    """The count is further off than the store allows; by how much is not told."""

    def __init__(self) -> None:
        super().__init__(
            "recount_needed",
            _(
                "The count does not agree with the books. Count again, and say why if "
                "it stays as it is."
            ),
        )


class TenderNotRefundable(DomainError):
    """Nothing goes back to this way of paying."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            "tender_not_refundable",
            _("Nothing goes back to %(tender)s: give it back in cash.")
            % {"tender": name},
        )


class ApprovalNeeded(DomainError):
    """Above what this person may do alone, at once or over the shift."""

    def __init__(self, *, act: str, amount: int, allowed: int) -> None:
        super().__init__(
            "approval_needed",
            _("This is above your limit: a second person has to approve it."),
            act=act,
            amount=amount,
            allowed=allowed,
        )


class OwnCardNeedsApprover(ApprovalNeeded):
    """The card is one's own, and the shop lets an approver decide."""

    def __init__(self, *, act: str, amount: int) -> None:
        DomainError.__init__(
            self,
            "own_card_needs_approver",
            _("This is your own card: a second person has to approve it."),
            act=act,
            amount=amount,
        )


class ReasonMissing(DomainError):
    def __init__(self) -> None:
        super().__init__("reason_missing", _("Please give a reason."))


class CheckerRefused(DomainError):
    """The second person is the first, gains by it, or may not approve this much."""

    def __init__(self) -> None:
        super().__init__(
            "checker_refused",
            _(
                "This person may not approve it: it takes someone else, who gains "
                "nothing by it and whose own limit reaches so far."
            ),
        )


class BeneficiaryRefused(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "beneficiary_refused", _("Nobody does this to their own benefit.")
        )


class AlreadyApproved(DomainError):
    def __init__(self) -> None:
        super().__init__("already_approved", _("This is approved already."))


class ApprovalNotUsable(DomainError):
    """Not given, given for something else, used once before, or too old."""

    def __init__(self) -> None:
        super().__init__(
            "approval_not_usable",
            _("This approval is not valid for it. Please ask for a new one."),
        )


class KeyNameTaken(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "key_name_taken", _("A key with this name is in use; revoke it first.")
        )


class KeyNotUsable(DomainError):
    def __init__(self) -> None:
        super().__init__("key_not_usable", _("This key is unknown or revoked."))


class AlreadyGiven(DomainError):
    def __init__(self) -> None:
        super().__init__("already_given", _("This person holds this role already."))


class CodeMissing(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "code_missing", _("Please enter the code of your authenticator app.")
        )


class CodeRefused(DomainError):
    def __init__(self) -> None:
        super().__init__("code_refused", _("This code is not right."))


class NotMendable(DomainError):
    """Only what somebody holds is adjusted, only what was made by hand is reversed."""

    def __init__(self) -> None:
        super().__init__(
            "not_mendable", _("This cannot be changed here, only where it was made.")
        )


class StoreMissing(DomainError):
    """Money is taken in a store, so that its till can be counted."""

    def __init__(self) -> None:
        super().__init__("store_missing", _("Money can only be taken in a store."))


class ScopeUnknown(DomainError):
    """A key is made for what the house knows, so that a slip of the pen shows."""

    def __init__(self, *, scope: str) -> None:
        super().__init__(
            "scope_unknown",
            _("There is no scope “%(scope)s”; create_api_key --help lists them all.")
            % {"scope": scope[:60]},
        )
