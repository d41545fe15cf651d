"""The form of a backup: a tar file, compressed by gzip, encrypted by age where a key is set.

It begins with `backup.json`, which says of what moment and which tables it is. The rows of each table follow
as PostgreSQL's COPY writes them, cut into parts of a few megabytes: `table/attempt.000001`, and so on. The
last file, `end.json`, counts and hashes them: a backup without it was cut off. So any tar and any PostgreSQL
can read it, also without us.
"""

import gzip
import hashlib
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO, TypeVar
from zlib import error as ZlibError  # noqa: N812 - an exception

import msgspec

from buurtbel.backup.errors import Unusable

T = TypeVar("T")
FORMAT = 1
FIRST, LAST = "backup.json", "end.json"
PART = 4 << 20
"""Bytes of a part at most."""
_BLOCK = 512
_LONGEST_WORDS = 4 << 20
"""Bytes that `backup.json` and `end.json` may have."""
_COMPRESSION = 6
_CUT_OFF = "This backup was cut off or damaged; take another one."


class TableForm(msgspec.Struct, frozen=True):
    """A table as it was: its columns, and those by which its rows are in order."""

    name: str
    columns: Sequence[str]
    key: Sequence[str]


class SequenceForm(msgspec.Struct, frozen=True):
    """Where the ids of a table go on."""

    table: str
    column: str
    last: int
    is_called: bool
    """That id was given away already."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """`backup.json`."""

    buurtbel_backup: int = FORMAT
    release: str
    step: str
    """The step of the migrations that the tables had."""
    taken_at: datetime
    postgres: str
    tables: Sequence[TableForm]
    """In the order in which they can be filled: first what others refer to."""
    sequences: Sequence[SequenceForm]


class TableSum(msgspec.Struct, frozen=True):
    rows: int
    sha256: str
    """Of all its parts together."""


class Totals(msgspec.Struct, frozen=True):
    """`end.json`."""

    tables: Mapping[str, TableSum]
    journal_entries: int
    journal_head: str
    """The hash of the last entry of the journal."""


class BackupWriter:
    """Writes a backup into a stream, from its beginning to its end."""

    def __init__(self, to: BinaryIO, contents: Contents) -> None:
        self._zipped = gzip.GzipFile(fileobj=to, mode="wb", compresslevel=_COMPRESSION, mtime=0, filename="")
        self._at = contents.taken_at.timestamp()
        self._sums: dict[str, TableSum] = {}
        self._file(FIRST, msgspec.json.encode(contents))

    @contextmanager
    def table(self, name: str) -> Iterator["Rows"]:
        """Takes the rows of one table."""
        rows = Rows(name, self._file)
        yield rows
        self._sums[name] = rows.end()

    def end(self, *, journal_entries: int, journal_head: str) -> Totals:
        """Write the last file, which makes it whole."""
        end = Totals(self._sums, journal_entries, journal_head)
        self._file(LAST, msgspec.json.encode(end))
        self._zipped.write(bytes(2 * _BLOCK))
        self._zipped.close()
        return end

    def _file(self, name: str, content: bytes) -> None:
        header = tarfile.TarInfo(name)
        header.size, header.mtime, header.mode = len(content), int(self._at), 0o600
        self._zipped.write(header.tobuf(tarfile.USTAR_FORMAT))
        self._zipped.write(content)
        self._zipped.write(bytes(-len(content) % _BLOCK))


class Rows:
    """The rows of one table, which it cuts into parts, counts and hashes."""

    def __init__(self, table: str, write: Callable[[str, bytes], None]) -> None:
        self._table, self._write = table, write
        self._whole, self._rows = hashlib.sha256(), 0
        self._part, self._parts = bytearray(), 0

    def add(self, chunk: bytes) -> None:
        """Rows, however they are cut; each ends with a line feed, and holds no other."""
        self._whole.update(chunk)
        self._rows += chunk.count(b"\n")
        self._part += chunk
        while len(self._part) >= PART:
            self._write_part(bytes(self._part[:PART]))
            del self._part[:PART]

    def end(self) -> TableSum:
        if self._part:
            self._write_part(bytes(self._part))
        return TableSum(self._rows, self._whole.hexdigest())

    def _write_part(self, part: bytes) -> None:
        self._parts += 1
        self._write(part_name(self._table, self._parts), part)


def part_name(table: str, at: int) -> str:
    return f"table/{table}.{at:06}"


class BackupReader:
    """Reads a backup as `BackupWriter` wrote it; raises Unusable at the first thing that is not so.

    Whatever the file claims, no more than a part of it is ever in memory.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._zipped = gzip.GzipFile(fileobj=stream, mode="rb")
        self._next = self._header()
        self.contents = self._contents()
        self._sums: dict[str, TableSum] = {}
        self._next = self._header()

    def rows(self, table: TableForm) -> Iterator[bytes]:
        """The rows of the next table, part by part; ask for the tables in their order."""
        whole, rows, at = hashlib.sha256(), 0, 1
        while self._next.name == part_name(table.name, at):
            part = self._content(PART)
            whole.update(part)
            rows += part.count(b"\n")
            yield part
            self._next, at = self._header(), at + 1
        self._sums[table.name] = TableSum(rows, whole.hexdigest())

    def end(self) -> Totals:
        """What it ends with, once all tables are read: they are what was counted when it was made."""
        if self._next.name != LAST:
            raise Unusable("This backup holds something that no backup holds; take another one.")
        end = _decoded(self._content(_LONGEST_WORDS), Totals)
        if dict(end.tables) != self._sums:
            raise Unusable(_CUT_OFF)
        while self._read(1 << 16):  # to the end, where gzip has its own sum of all of it
            pass
        return end

    def _contents(self) -> Contents:
        if self._next.name != FIRST:
            raise Unusable("This is no backup that `buurtbel backup` made; name another file.")
        words = self._content(_LONGEST_WORDS)
        version = _decoded(words, _Version).buurtbel_backup
        if version != FORMAT:
            raise Unusable(
                f"This backup has form {version}, which this release does not know; use a newer release."
            )
        return _decoded(words, Contents)

    def _header(self) -> tarfile.TarInfo:
        try:
            header = tarfile.TarInfo.frombuf(self._exactly(_BLOCK), "ascii", "strict")
        except (tarfile.HeaderError, UnicodeError, ValueError) as error:
            raise Unusable(_CUT_OFF) from error
        if header.type != tarfile.REGTYPE or header.size < 0:
            raise Unusable("This backup holds something that no backup holds; take another one.")
        return header

    def _content(self, most: int) -> bytes:
        size = self._next.size
        if size > most:
            raise Unusable("This backup has a part that is too large; take another one.")
        content = self._exactly(size)
        self._exactly(-size % _BLOCK)
        return content

    def _exactly(self, size: int) -> bytes:
        pieces, left = [], size
        while left:
            piece = self._read(left)
            if not piece:
                raise Unusable(_CUT_OFF)
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _read(self, most: int) -> bytes:
        try:
            return self._zipped.read(most)
        except gzip.BadGzipFile as error:
            raise Unusable("This is no backup that `buurtbel backup` made; name another file.") from error
        except (EOFError, OSError, ZlibError) as error:
            raise Unusable(_CUT_OFF) from error


class _Version(msgspec.Struct):
    buurtbel_backup: int


def _decoded(words: bytes, form: type[T]) -> T:
    try:
        return msgspec.json.decode(words, type=form)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Unusable(_CUT_OFF) from error
