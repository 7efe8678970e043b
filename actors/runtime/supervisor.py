"""Crashes remembered: who must wait before being loaded again, and who is in quarantine."""

from dataclasses import dataclass, field

from actors.runtime.actor import EntityId
from actors.runtime.kind import Supervision


@dataclass(slots=True)
class _Record:
    crashes: list[float] = field(default_factory=list)
    not_before: float = 0.0
    quarantined: bool = False


class Supervisor:
    """The crash history of one kind of actor. Instants are those of the monotonic clock."""

    __slots__ = ("_policy", "_records")

    def __init__(self, policy: Supervision) -> None:
        self._policy = policy
        self._records: dict[EntityId, _Record] = {}

    def crashed(self, entity_id: EntityId, now: float) -> bool:
        """Note a crash. True when it puts the actor into quarantine."""
        policy = self._policy
        record = self._records.setdefault(entity_id, _Record())
        record.crashes = [at for at in record.crashes if now - at < policy.window_s] + [now]
        count = len(record.crashes)
        record.quarantined = count >= policy.crashes_max
        pause = policy.first_pause_s * policy.pause_growth ** (count - 1)
        record.not_before = now + (policy.quarantine_s if record.quarantined else pause)
        return record.quarantined

    def pause_s(self, entity_id: EntityId, now: float) -> float:
        """How long the actor must not be loaded yet; zero for the well-behaved."""
        record = self._records.get(entity_id)
        return max(record.not_before - now, 0.0) if record else 0.0

    def quarantine_s(self, entity_id: EntityId, now: float) -> float:
        """What is left of the actor's quarantine; zero when it is in none."""
        record = self._records.get(entity_id)
        return max(record.not_before - now, 0.0) if record and record.quarantined else 0.0

    def forget_the_past(self, now: float) -> None:
        """Drop the records that can no longer matter."""
        window = self._policy.window_s
        for entity_id, record in list(self._records.items()):
            if now - record.crashes[-1] >= window and now >= record.not_before:
                del self._records[entity_id]

    def __len__(self) -> int:
        return len(self._records)
