"""Whether Asterisk lives, and can still get at its calls."""

from contextlib import suppress

from ivr.ari.client import AriClient
from ivr.ari.errors import AriRefused

_NO_CALL = "buurtbel-ping"


async def ping(client: AriClient) -> None:
    """Return when Asterisk has answered, whatever it said. Raises AriUnreachable when nobody could be asked.

    Asked for is a call that does not exist. To say so Asterisk must lock the list of its channels, and each
    of them in turn, as for every call that is placed or ended. In a deadlock these are locked for ever, while
    `asterisk/ping`, `asterisk/info` and `channels` go on answering: they touch no live channel.
    """
    with suppress(AriRefused):
        await client.http.request("GET", f"channels/{_NO_CALL}/rtp_statistics")
