"""For how long what is known of people is kept, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field


class RetentionPolicy(BaseModel):
    """Times in days, by the clock of the database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reports: int = Field(90, ge=1, le=3650, description="days for which reports and their sound are kept")
    evidence: int = Field(
        365, ge=1, le=3650, description="days after an alert for which numbers and what was heard are kept"
    )
    alerts: int = Field(
        365, ge=1, le=3650, description="days after an alert for which its texts and sounds are kept"
    )
    left: int = Field(30, ge=0, le=3650, description="days after which who has left is erased")
