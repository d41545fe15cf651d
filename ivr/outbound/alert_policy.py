"""How an alert call behaves on the line, as settings."""

from pydantic import BaseModel, ConfigDict, Field

FEWEST_PASSES = 3
"""How many passes any call has time for: a voicemail that records late needs them, though one is wanted."""


class AlertPolicy(BaseModel):
    """Times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    ring: float = Field(
        40.0, gt=0, le=300, description="how long a phone rings; must outlast voicemail pick-up"
    )
    passes: int = Field(2, ge=1, le=10, description="whole undisturbed passes after which we hang up")
    pause: float = Field(
        1.0, ge=0, le=1.4, description="quiet between two passes, in which a key can be pressed"
    )
    listen: bool = Field(
        True, description="who talks is listened to, to tell people from machines; nothing of it is kept"
    )
    gives_way: bool = Field(
        True,
        description="a call that is not urgent and only rings gives its line to an urgent alert that lacks "
        "one; who has answered is never cut off",
    )
    hard_limit: float = Field(
        60.0,
        gt=0,
        le=3600,
        description="no call lasts longer than this plus three passes, or plus one more than are wanted",
    )

    @property
    def most_passes(self) -> int:
        """How many passes a call has time for: those that are wanted, and one that a greeting spoils."""
        return max(FEWEST_PASSES, self.passes + 1)

    def limit(self, pass_seconds: float) -> float:
        """Seconds from the answer after which we hang up, whatever was heard."""
        return self.hard_limit + self.most_passes * pass_seconds
