"""What a publisher says of why: part of a ledger that is never changed again, and read by everyone."""

from assets.contract import Contract
from assets.errors import SettingsError


def checked(contract: Contract, **said: str) -> None:
    """Raise `SettingsError` where a text is missing, `Blocked` where one looks personal."""
    from quality.gates.scan import scan_payload  # noqa: PLC0415 - the quality room loads only when something is said

    missing = [name for name, text in said.items() if not text.strip()]
    if missing:
        raise SettingsError(
            f"it needs a {' and a '.join(missing)}", dataset=contract.name, next=f"say it with --{missing[0]} TEXT"
        )
    scan_payload(said, contract)
