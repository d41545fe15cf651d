"""How long wrong PINs and codes make wait, as the product ships it."""

from pydantic import BaseModel, ConfigDict, Field

from directory.officers.waits import Allowance, Doubling


class LockoutPolicy(BaseModel):
    """How long a wrong PIN makes wait; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    free: int = Field(3, ge=1, le=100, description="wrong guesses before anybody has to wait")
    first: float = Field(
        60.0, ge=0, le=86400, description="wait after the last free one; it doubles with each other"
    )
    longest_officer: float = Field(
        900.0, ge=0, le=86400, description="longest wait of an officer at the registered telephone"
    )
    longest_caller: float = Field(
        3600.0,
        ge=0,
        le=86400,
        description="longest wait of an officer number at other telephones, and of a number that tries codes",
    )
    forget: float = Field(
        86400.0, gt=0, le=2_678_400, description="time after the last wrong guess that forgets them all"
    )
    caller_at_once: int = Field(
        10, ge=1, le=10_000, description="wrong PINs at once from one number that the trunk vouches for"
    )
    caller_a_day: int = Field(40, ge=1, le=10_000, description="and how many more it may try in a day")
    unvouched_at_once: int = Field(
        30, ge=1, le=10_000, description="wrong PINs at once from all together whom it does not vouch for"
    )
    unvouched_a_day: int = Field(200, ge=1, le=10_000, description="and how many more they may try in a day")
    codes_at_once: int = Field(
        20,
        ge=1,
        le=10_000,
        description="wrong codes of alerts at once, from all together whom the trunk vouches for, "
        "and from all others",
    )
    codes_a_day: int = Field(
        100, ge=1, le=10_000, description="and how many more each of the two may try in a day"
    )

    @property
    def at_registered(self) -> Doubling:
        """At an officer's own telephone."""
        return self._doubling(self.longest_officer)

    @property
    def elsewhere(self) -> Doubling:
        """At any other telephone."""
        return self._doubling(self.longest_caller)

    @property
    def of_caller(self) -> Allowance:
        return Allowance(self.caller_at_once, self.caller_a_day)

    @property
    def of_unvouched(self) -> Allowance:
        return Allowance(self.unvouched_at_once, self.unvouched_a_day)

    @property
    def of_codes(self) -> Allowance:
        return Allowance(self.codes_at_once, self.codes_a_day)

    def _doubling(self, longest: float) -> Doubling:
        return Doubling(self.free, self.first, longest, self.forget)
