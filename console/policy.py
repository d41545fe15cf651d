"""Where the screen is reached and how it behaves, as the product ships it."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field


class ConsolePolicy(BaseModel):
    """The screen in a browser; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    start: bool = Field(True, description="`serve` starts the screen too")
    bind: str = Field("127.0.0.1:15080", description="address and port at which it is served")
    url: str = Field(
        "",
        description="how browsers reach it, as https://buurtbel.example; empty = the address above",
    )
    certificate: Path | None = Field(
        None, description="file with its certificate (PEM); empty = no TLS, as behind a proxy"
    )
    key: Path | None = Field(None, description="file with the key of that certificate (PEM)")
    proxy: str = Field(
        "127.0.0.1", description="address of the proxy whose word counts for where a browser is"
    )
    countdown: float = Field(
        5.0, ge=0, le=60, description="between the order to call and the first call; it can be cancelled"
    )

    @property
    def address(self) -> str:
        """How browsers reach it, without a slash at the end."""
        scheme = "http" if self.certificate is None else "https"
        return (self.url or f"{scheme}://{self.bind}").rstrip("/")

    @property
    def is_secure(self) -> bool:
        """Browsers reach it by TLS, ours or a proxy's."""
        return urlsplit(self.address).scheme == "https"
