"""Counts the packets of a call and listens to it, from the first talk on."""

from ivr.ari.client import AriClient
from ivr.ari.events import RecordingFailed, RecordingFinished, RecordingStarted
from ivr.pbx.background import BackgroundRequests
from ivr.pbx.listener import TalkListener
from ivr.pbx.live_call import LiveCall
from ivr.pbx.rtp_poller import count_packets

RecordingEvent = RecordingStarted | RecordingFinished | RecordingFailed


class CallMonitor:
    """Monitors the calls of one PBX: counts packets of alerts, and listens where that is allowed."""

    def __init__(self, client: AriClient, *, listens: bool) -> None:
        self._client = client
        self._listens = listens
        self._background = BackgroundRequests()

    def begin(self, live: LiveCall, at: float) -> None:
        """Begin: the far end talks since this moment of the PBX's clock."""
        call = live.call
        if call is None:
            return
        if not live.is_conversation:
            call.events.talk_started(at)
            if not live.is_counted:
                live.is_counted = True
                self._background.begin(count_packets(self._client, live, call))
        if self._listens and not (live.is_conversation and call.events.tells_keys):
            live.listening = live.listening or TalkListener(self._client, call, for_keys=live.is_conversation)
            if live.is_conversation:
                live.listening.earn_more()
            if live.listening.is_wanted:
                self._background.begin(live.listening.listen())

    @staticmethod
    def note_recording(live: LiveCall, event: RecordingEvent) -> None:
        """Note that the PBX records the far end of this call now, or no longer."""
        if live.listening is None:
            return
        if isinstance(event, RecordingStarted):
            live.listening.began(event.recording.name, event.at.timestamp())
        else:
            live.listening.ended(event.recording.name, event.at.timestamp())
