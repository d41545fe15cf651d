"""What can go wrong with the programs we bring along."""


class EmbeddedError(Exception):
    """A program that Buurtbel brings along cannot be used; the sentence says what to do.

    EmbeddedError
    ├── RootError      there is no Asterisk to run and none can be built
    ├── PortTakenError another program holds a port that we need
    └── StartError     the program was started but did not become ready
    """


class RootError(EmbeddedError):
    pass


class PortTakenError(EmbeddedError):
    pass


class StartError(EmbeddedError):
    pass
