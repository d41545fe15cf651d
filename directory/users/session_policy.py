"""How long somebody stays signed in, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class SessionPolicy(BaseModel):
    """Sessions and invitations of the screen; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    longest: float = Field(
        43_200.0, ge=60, le=2_678_400, description="from signing in until one must sign in again"
    )
    idle: float = Field(
        14_400.0, ge=60, le=2_678_400, description="without a page or a live screen, after which one must too"
    )
    invitation: float = Field(259_200.0, ge=60, le=2_678_400, description="how long an invitation works")
