"""How officers are let in and what is asked of them, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class OfficerPolicy(BaseModel):
    """The police line; times in seconds."""

    model_config = ConfigDict(frozen=True)

    call_back: bool = Field(
        False, description="an alert by phone is sent only once the officer's registered number confirms it"
    )
    call_back_ring: float = Field(30.0, gt=0, description="how long that number rings")
    call_back_tries: int = Field(2, ge=1, description="how often it is rung")
