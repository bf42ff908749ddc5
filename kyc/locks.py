"""Row locks on verification cases. In the global order they come after trading accounts and before event streams."""

from kyc.models import VerificationCase


def locked_case(case_id: int) -> VerificationCase:
    """Return the case, locked until the transaction ends; whoever changes one of its documents holds it."""
    return VerificationCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)


def locked_case_of(user_id: int) -> VerificationCase | None:
    """Return the case of a client, locked likewise; None where there is none yet."""
    return VerificationCase.objects.select_for_update(of=("self",), no_key=True).filter(client_id=user_id).first()
