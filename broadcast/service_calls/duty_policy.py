"""When the officer on duty is rung for a report, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class DutyPolicy(BaseModel):
    """Times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    after: float = Field(
        60.0,
        ge=0,
        le=86400,
        description="a report on a live urgent alert that nobody claims for so long rings",
    )
    ring: float = Field(
        25.0, gt=0, le=300, description="how long a telephone rings before the next officer's does"
    )
    again: float = Field(120.0, ge=0, le=86400, description="from one call to the next to the same officer")
    rounds: int = Field(3, ge=1, le=100, description="calls to each officer for one report at most")
    a_day: int = Field(
        12,
        ge=1,
        le=1000,
        description="calls in a day without a PIN, after which an officer is not rung until one is typed",
    )
    reports: int = Field(
        3, ge=1, le=1000, description="reports from one number that ring and wait to be judged at most"
    )
    reports_within: float = Field(600.0, gt=0, le=86400, description="time in which these are counted")
    unknown_reports: int = Field(
        3, ge=1, le=1000, description="the same for all together whose number is withheld or could be forged"
    )
    unknown_reports_within: float = Field(60.0, gt=0, le=86400, description="time in which these are counted")


SHIPPED = DutyPolicy()
