"""What can go wrong between a text and its sound."""


class SpeechError(Exception):
    """Base of every error of this package; its text is one sentence for the person at the desk.

    SpeechError
    ├── AudioUnreadable     a sound file or recording holds no audio that we can read
    ├── CatalogueError      a fixed sentence is missing, or was asked for with the wrong slots
    ├── MessageEmpty        there is nothing to say
    ├── MessageTooLong      the message would last longer than a call may
    ├── VoiceFailed         the engine was there but did not speak; another try may help
    └── VoiceMissing        the engine or its voice is not installed, or the engine does not exist
    """


class AudioUnreadable(SpeechError):  # noqa: N818
    pass


class CatalogueError(SpeechError):
    pass


class MessageEmpty(SpeechError):  # noqa: N818
    pass


class MessageTooLong(SpeechError):  # noqa: N818
    pass


class VoiceFailed(SpeechError):  # noqa: N818
    pass


class VoiceMissing(SpeechError):  # noqa: N818
    pass
