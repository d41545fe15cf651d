"""The numbers behind the rules, as the product ships them; demo and tests shorten them by settings."""

from pydantic import BaseModel, ConfigDict, Field


class RetryPolicy(BaseModel):
    """What an outcome leads to: how soon again (seconds from the real end of the call), and how often."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    busy: float = Field(60.0, ge=0, le=86400, description="wait after an engaged tone")
    no_answer: float = Field(120.0, ge=0, le=86400, description="wait after a phone rang out")
    rejected: float = Field(300.0, ge=0, le=86400, description="wait after a refused call, once")
    dead_number: float = Field(
        300.0, ge=0, le=86400, description="wait before the one more call to a number that does not exist"
    )
    voicemail: float = Field(300.0, ge=0, le=86400, description="wait before the one call after a voicemail")
    partial: float = Field(
        120.0, ge=0, le=86400, description="wait after a message heard in part or by nobody"
    )
    congestion: float = Field(
        15.0, ge=0, le=86400, description="first wait when the trunk is full; it doubles"
    )
    congestion_longest: float = Field(240.0, ge=0, le=86400, description="longest wait for a full trunk")
    preempted: float = Field(
        60.0, ge=0, le=86400, description="wait after a phone that rang lost its line to an urgent alert"
    )
    tries_per_number: int = Field(3, ge=1, le=100, description="counted calls to one number in one broadcast")
    tries_per_person: int = Field(5, ge=1, le=100, description="counted calls to one person in one broadcast")
    lost_per_person: int = Field(
        3, ge=0, le=100, description="calls lost by our own fault that are placed again at once"
    )
    last_call: float = Field(
        60.0,
        ge=0,
        le=86400,
        description="who called back from a number that nobody vouches for is rung once more, after the "
        "longest wait, but no later than so long before the alert expires",
    )

    @property
    def longest_wait(self) -> float:
        """Seconds after the call for which a number rests longest."""
        return max(self.busy, self.no_answer, self.rejected, self.dead_number, self.voicemail, self.partial)


class BroadcastPolicy(BaseModel):
    """Limits of a broadcast; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    urgent_expiry: float = Field(
        3600.0, gt=0, le=86400, description="an urgent alert is not played later than this"
    )
    other_expiry: float = Field(
        28800.0, gt=0, le=604_800, description="a non-urgent message is not played later than this"
    )
    longest_pass: float = Field(
        60.0, gt=0, le=600, description="longest identification + text + offer of keys"
    )
    longest_recording: float = Field(
        60.0, gt=0, le=600, description="longest recorded message, without what is said around it"
    )
    long_pass: float = Field(25.0, ge=0, le=86400, description="above this length the sender is warned")
    dead_after: float = Field(
        86400.0,
        ge=0,
        le=31_536_000,
        description="a number is dead when broadcasts that began so far apart found that it does not exist",
    )
    dead_again: float = Field(
        2_592_000.0,
        ge=0,
        le=31_536_000,
        description="a dead number is left out for so long, then tried again",
    )
    window: int = Field(
        1000, ge=1, le=100_000, description="attempts of one broadcast that have a job at the same time"
    )
    enlist_at_once: int = Field(
        2000,
        ge=1,
        le=1_000_000,
        description="recipients who are written before the first phone rings; the others follow meanwhile",
    )
    enlist_part: int = Field(
        20_000, ge=1, le=1_000_000, description="of the others, how many are written in one transaction"
    )


class NodePolicy(BaseModel):
    """When a node of several is taken for dead; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    lease: float = Field(
        15.0,
        gt=0,
        le=3600,
        description="a node that is not heard of for so long is dead; it renews three times as often",
    )
    sweep: float = Field(
        5.0,
        gt=0,
        le=3600,
        description="between two looks for calls of dead nodes; only what was seen twice is acted on",
    )
    urgent_at_once: bool = Field(
        False,
        description="urgent calls of a dead node are placed again at once, though they may still be up: "
        "a telephone may then get two",
    )

    @property
    def renew(self) -> float:
        """Seconds between two renewals, and before its end at which a lease is not relied on any more."""
        return self.lease / 3
