"""When the officer on duty is rung for a report, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class DutyPolicy(BaseModel):
    """Times in seconds."""

    model_config = ConfigDict(frozen=True)

    after: float = Field(
        60.0, ge=0, description="a report on a live urgent alert that nobody claims for so long rings"
    )
    ring: float = Field(25.0, gt=0, description="how long a telephone rings before the next officer's does")
    again: float = Field(120.0, ge=0, description="from one call to the next to the same officer")
    rounds: int = Field(3, ge=1, description="calls to each officer for one report at most")
