"""The numbers behind the rules, as the product ships them; demo and tests shorten them by settings."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class RetryPolicy(BaseModel):
    """What an outcome leads to: how soon again, and how often."""

    model_config = ConfigDict(frozen=True)

    busy: timedelta = Field(timedelta(seconds=60), description="wait after an engaged tone")
    no_answer: timedelta = Field(timedelta(seconds=120), description="wait after a phone rang out")
    rejected: timedelta = Field(timedelta(minutes=5), description="wait after a refused call, once")
    voicemail: timedelta = Field(timedelta(minutes=5), description="wait before the one call after a voicemail")
    partial: timedelta = Field(timedelta(minutes=2), description="wait after a message heard in part or by nobody")
    congestion: timedelta = Field(timedelta(seconds=15), description="first wait when the trunk is full; it doubles")
    congestion_longest: timedelta = Field(timedelta(minutes=4), description="longest wait for a full trunk")
    tries_per_number: int = Field(3, ge=1, description="counted calls to one number in one broadcast")
    tries_per_person: int = Field(5, ge=1, description="counted calls to one person in one broadcast")
    lost_per_person: int = Field(3, ge=0, description="calls lost by our own fault that are placed again at once")


class BroadcastPolicy(BaseModel):
    """Limits of a broadcast."""

    model_config = ConfigDict(frozen=True)

    urgent_expiry: timedelta = Field(timedelta(minutes=60), description="an urgent alert is not played later than this")
    other_expiry: timedelta = Field(timedelta(hours=8), description="a non-urgent message is not played later than this")
    longest_pass: timedelta = Field(timedelta(seconds=60), description="longest identification + text + offer of keys")
    window: int = Field(1000, ge=1, description="attempts of one broadcast that have a job at the same time")
