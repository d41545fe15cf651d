"""What our programs write into logs: one line per event, no telephone numbers, no escapes, bounded files.

Standard library only and quick to import: the keeper of each program reads its program's output through it.
"""

import io
import logging
import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

NUMBER = "[number]"
"""Stands in a log where a telephone number was."""
LONGEST_LINE = 4000
"""Characters; of what is longer the middle is left out."""
LOG_BYTES = 1 << 20
_LINE = re.compile(
    r"(?P<at>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00) (?P<level>[A-Z]+) (?P<name>[\w.]+)"
    r"(?: \[(?P<about>[^\[\]]*)\])?: (?P<text>.*)",
    re.ASCII | re.DOTALL,
)
About = Callable[[], str]
QUIET = ("procrastinate", "apscheduler")
"""Programs of others that speak only when something is wrong."""

_LEFT_OUT = " [...] "
_HEAD = 1000

# Long figures that are no telephone number, however many digits they have. Each is only looked for where no
# number has begun before it.
_APART = r"""(?<![^ (\[,;:=@/"'<._-])"""
_TIME = r"[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?(?!\d)"
_DATE = rf"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!-?\d)(?:{_TIME})?"
_ID = (
    rf"{_APART}[0-9a-f]{{8}}-[0-9a-f]{{4}}-[1-8][0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}(?![0-9a-f])"
)
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = rf"{_APART}(?<!\.){_BYTE}(?:\.{_BYTE}){{3}}(?:/\d\d?)?(?![\w./(-]|[ ]\d)"
_PROCESS = rf"{_APART}(?:(?:DEBUG|NOTICE|WARNING|ERROR|VERBOSE)\[|pid[ =]|process )\d{{1,7}}\b(?![ ./(-]+\d)"
_CALL = r"(?<=-)000[0-9a-f]{5}\b"  # how Asterisk counts calls and channels
_ESCAPED = r"\\(?-i:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})"
# Six digits or more, in whatever way they are written: with separators, percent-encoded, cut by escapes.
_DIGIT = r"(?:\d|%(?:25)*3\d)"
_BETWEEN = (
    r"(?:\x1b\[[0-9;]*[A-Za-z]|[\s.\-/()\x00-\x1f\x7f-\xa0\xad\u2000-\u2015\u2028-\u202f\u205f-\u206f\u2212\ufeff]"
    r"|%(?:25)*(?:[0-2][0-9a-f]|7f)|\\(?-i:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}))"
)
# A duration, as programs of others write it (`0:00:01.234567`), apart from every other figure.
_LASTED = rf"(?<![^ ])(?<!\d )\d{{1,2}}:[0-5]\d:[0-5]\d\.\d{{6}}(?!\w|{_BETWEEN}{{0,3}}{_DIGIT})"
_KEPT = "|".join((_DATE, _LASTED, _ID, _ADDRESS, _PROCESS, _CALL, _ESCAPED))
_FIGURES = rf"(?:\+|%(?:25)*2b)?{_DIGIT}(?:{_BETWEEN}{{0,3}}{_DIGIT}){{5,}}"
_ANY_DIGIT, _FEWEST = re.compile(r"\d"), 6
_KEPT_OR_NUMBER = re.compile(rf"(?P<kept>{_KEPT})|{_FIGURES}", re.IGNORECASE)


def plain_line(text: str) -> str:
    """`text` as one line of a log: printable, at most `LONGEST_LINE` characters, every number out of it.

    A number is whatever has six digits or more and is no date, address, uuid or process. What was made plain
    before comes back as it is.
    """
    text = _shortened(text.rstrip("\r\n"))
    if len(_ANY_DIGIT.findall(text)) >= _FEWEST:  # what most lines lack is not looked for
        text = _KEPT_OR_NUMBER.sub(lambda found: found["kept"] or NUMBER, text)
    if not text.isprintable():
        text = "".join(one if one.isprintable() else _escaped(one) for one in text)
    return _shortened(text)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_LINE:
        return text
    return text[:_HEAD] + _LEFT_OUT + text[len(text) - LONGEST_LINE + _HEAD + len(_LEFT_OUT) :]


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode()


class BoundedLog:
    """A file that never grows beyond `limit` bytes, with `kept` older ones beside it as `<name>.1` and so on.

    Nothing that becomes of the file or its disk is told to the caller: what cannot be written is dropped.
    A file that was put away is begun again. Links are not followed, and only the owner may read it.
    """

    def __init__(self, path: Path, limit: int = LOG_BYTES, kept: int = 1) -> None:
        self._path = path
        self._limit = limit
        self._kept = kept
        self._file: int | None = None

    @property
    def files(self) -> Sequence[Path]:
        """Where it may be, the newest first."""
        older = (self._path.with_name(f"{self._path.name}.{n + 1}") for n in range(self._kept))
        return [self._path, *older]

    def append(self, text: str) -> None:
        """Write `text` as one plain line."""
        self.append_plain(plain_line(text))

    def append_plain(self, line: str) -> None:
        """Write what is a plain line already."""
        with suppress(OSError):
            self._write((line + "\n").encode(errors="backslashreplace"))

    def begin_anew(self) -> None:
        """Begin with an empty file; set aside as `<name>.1` what is there, if it says anything.

        It comes behind what is in `<name>.1` already while there is room: many short lives in a row leave
        what was said before them.
        """
        with suppress(OSError):
            if os.fstat(self._opened()).st_size:
                if not self._is_added_to_the_former():
                    self._set_aside()
                self._opened()

    def close(self) -> None:
        """Let go of the file; `append` opens it again."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None

    def _write(self, line: bytes) -> None:
        file, size = self._opened_at()
        if size and size + len(line) > self._limit:
            self._set_aside()
            file, size = self._opened_at()
        if os.write(file, line) < len(line):  # the disk became full on the way
            os.ftruncate(file, size)

    def _opened(self) -> int:
        return self._opened_at()[0]

    def _opened_at(self) -> tuple[int, int]:
        """The open file, and how many bytes are in it."""
        if self._file is not None:
            status = os.fstat(self._file)
            if self._is_still_there(status):
                return self._file, status.st_size
            self.close()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        file = os.open(self._path, flags, 0o600)
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            os.close(file)
            raise OSError(f"{self._path} is no file.")
        self._file = file
        os.fchmod(file, 0o600)
        return file, status.st_size

    def _is_still_there(self, status: os.stat_result) -> bool:
        try:
            return os.path.samestat(status, os.lstat(self._path))
        except FileNotFoundError:
            return False

    def _is_added_to_the_former(self) -> bool:
        file, now = self._opened(), self._path.read_bytes()
        former = BoundedLog(self.files[1])
        try:
            into = former._opened()
            if (size := os.fstat(into).st_size) + len(now) > self._limit:
                return False
            if os.write(into, now) < len(now):  # the disk is full
                os.ftruncate(into, size)
                return False
            os.ftruncate(file, 0)
        except OSError:  # what is there is no file of ours
            return False
        finally:
            former.close()
        return True

    def _set_aside(self) -> None:
        names = self.files
        for older, newer in reversed(list(zip(names[1:], names[:-1], strict=True))):
            with suppress(FileNotFoundError):
                newer.replace(older)


class PlainFormatter(logging.Formatter):
    """A whole record, trace and all, as one plain line. A record that cannot be told is told of.

    `about` says what the program is at, in words that are plain, and need not pass for numbers: it stands in
    brackets before the colon.
    """

    def __init__(self, about: About = str) -> None:
        super().__init__("%(message)s")
        self._about = about

    def format(self, record: logging.LogRecord) -> str:
        try:
            text = plain_line(super().format(record))
        except Exception:  # noqa: BLE001 - whatever is wrong with a record, its program goes on
            text = f"something could not be told (line {record.lineno})"
        about = self._about()
        where = f" [{about}]" if about else ""
        return f"{self.formatTime(record)} {record.levelname} {record.name}{where}: {text}"

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """In UTC with its offset: logs of several machines are read side by side."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a log, as `PlainFormatter` wrote it."""

    at: datetime
    level: str
    name: str
    about: str
    """Empty for a program that is at nothing in particular, or of before there was this."""
    text: str


def read_line(line: str) -> LogLine | None:
    """None for what is no event, as what a process said on stderr."""
    found = _LINE.fullmatch(line.rstrip("\n"))
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found["at"])
    except ValueError:  # such as the thirtieth of February
        return None
    return LogLine(at, found["level"], found["name"], found["about"] or "", found["text"])


class _ToFile(logging.Handler):
    def __init__(self, file: BoundedLog) -> None:
        super().__init__()
        self._to = file

    def emit(self, record: logging.LogRecord) -> None:
        self._to.append_plain(self.format(record))


class _IntoLog(io.TextIOBase):
    """Standard error of a process that nobody watches: each line goes into its log."""

    def __init__(self, file: BoundedLog) -> None:
        self._to = file
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        self._begun = _shortened(self._begun)
        for line in lines:
            if line.strip():
                self._to.append(line)
        return len(text)


def log_to(file: BoundedLog | None, *, stderr: bool = True, about: About = str) -> None:
    """Let this process log to a bounded file of its own, and to stderr; once, at its start.

    The file is begun anew, the former kept as `<name>.1`. Without `file` all goes to stderr only. With
    `stderr` false the file takes what is said on stderr instead. Warnings, and faults that nobody catches,
    are logged too. What a library in C says on stderr by itself is not: whoever started us has it.
    `about` is asked at each event what the process is at.
    """
    handlers: list[logging.Handler] = []
    if file is None or stderr:
        handlers.append(logging.StreamHandler(sys.stderr))
    if file is not None:
        file.begin_anew()
        handlers.append(_ToFile(file))
        if not stderr:
            sys.stderr = _IntoLog(file)
    for handler in handlers:
        handler.setFormatter(PlainFormatter(about=about))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    logging.raiseExceptions = False  # what a handler says of a record that it cannot write is the raw record
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = lambda fault: _uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)
    sys.unraisablehook = lambda fault: _uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _uncaught(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
    log = logging.getLogger(__name__)
    if issubclass(kind, KeyboardInterrupt):
        log.info("Stopped from the keyboard.")
    else:
        log.critical("A fault that nobody caught.", exc_info=(kind, fault or kind(), trace))
