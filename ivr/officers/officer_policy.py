"""How officers are let in and what is asked of them, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class OfficerPolicy(BaseModel):
    """The police line; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    call_back: bool = Field(
        False, description="an alert by phone is sent only once the officer's registered number confirms it"
    )
    call_back_ring: float = Field(30.0, gt=0, le=300, description="how long that number rings")
    call_back_tries: int = Field(2, ge=1, le=10, description="how often it is rung")
    call_back_within: float = Field(
        900.0, gt=0, le=86400, description="age at which an alert that nobody confirmed is not sent any more"
    )
    call_backs_a_day: int = Field(
        4, ge=1, le=1000, description="alerts in a day for which it is rung without anybody letting them go"
    )
