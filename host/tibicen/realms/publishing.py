"""What a plugin publishes, whichever language it is written in."""

from __future__ import annotations

from tibicen.bus.subjects import Outgoing, check_subject
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.ledger import Mode
from tibicen.realms.allowance import Unchecked
from tibicen.realms.services import Services
from tibicen.vm.marshal import Plain, pack


def publish(
    generation: Generation, services: Services, may: Unchecked, subject: str, data: Plain, what: str = "bus.publish"
) -> None:
    """Sends a message, as `what`. From code that is being loaded it goes out once the generation is live.

    Raises:
        TibicenError: no subject. MarshalError: not plain data.
        DeniedError, QuotaError: the plugin may not, or not so much.
    """
    check_subject(subject)
    may.publish(subject)
    packed = pack(data)
    may.size(f"{what}: a message on {subject}", len(packed))
    ledger = generation.ledger
    if ledger.mode is Mode.COLLECTING:
        may.add("message")
        ledger.hold(Outgoing(services.subjects, subject, data))
    elif ledger.mode is Mode.LIVE:
        services.subjects.enqueue(subject, packed)
