"""How an alert call behaves on the line, as settings."""

from pydantic import BaseModel, ConfigDict, Field


class AlertPolicy(BaseModel):
    """Times in seconds."""

    model_config = ConfigDict(frozen=True)

    ring: float = Field(40.0, gt=0, description="how long a phone rings; must outlast voicemail pick-up")
    passes: int = Field(2, ge=1, description="whole undisturbed passes after which we hang up")
    pause: float = Field(
        1.0, ge=0, le=1.4, description="quiet between two passes, in which a key can be pressed"
    )
    listen: bool = Field(
        True, description="who talks is listened to, to tell people from machines; nothing of it is kept"
    )
    hard_limit: float = Field(60.0, gt=0, description="no call lasts longer than this plus three passes")
