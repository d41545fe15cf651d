"""What can go wrong with the programs we bring along."""


class EmbeddedError(Exception):
    """A program that Buurtbel brings along cannot be used; the sentence says what to do.

    EmbeddedError
    ├── RootError      there is no Asterisk to run and none can be built
    ├── PortTakenError another program holds a port that we need
    ├── FolderError    a folder belongs to somebody else, or a link leads to it
    ├── RunsAlready    another process of ours works in the same folder
    └── StartError     the program was started but did not become ready
        └── KeeperGone the process that keeps it does not answer
    """


class RootError(EmbeddedError):
    pass


class PortTakenError(EmbeddedError):
    pass


class StartError(EmbeddedError):
    pass


class FolderError(EmbeddedError):
    pass


class RunsAlready(EmbeddedError):  # noqa: N818 - a condition
    pass


class KeeperGone(StartError):  # noqa: N818
    pass
