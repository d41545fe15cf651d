"""How somebody who asks by phone to leave is called back, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class LeavePolicy(BaseModel):
    """Times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    after: float = Field(10.0, ge=0, le=86400, description="time to put the phone down before it is rung")
    ring: float = Field(40.0, gt=0, le=300, description="how long it rings")
    at_once: int = Field(2, ge=1, le=100, description="such calls of a node at the same time")
    again: float = Field(60.0, ge=0, le=86400, description="from one call that nobody answered to the next")
    rounds: int = Field(3, ge=1, le=100, description="calls for one wish to leave at most")
    within: float = Field(900.0, gt=0, le=86400, description="age at which a wish is not followed any more")
    a_day: int = Field(
        3, ge=1, le=100, description="wishes from one number in a day; others are not followed"
    )
    calls_a_day: int = Field(
        4, ge=1, le=100, description="calls to one number in a day, whatever was asked from it"
    )
