"""A file that is no backup, or was made to look like one, changes nothing."""

import gzip
import io
import tarfile
from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
import pytest

from buurtbel.backup.errors import Unusable
from buurtbel.backup.layout import FIRST, LAST, PART, BackupWriter, Contents
from buurtbel.backup.restore import look_through, restore
from storage.engine import make_engine
from tests.buurtbel.backup.conftest import Installations
from tests.buurtbel.backup.test_backups import backup_of
from tests.support.people import ADMIN, network_of, phone

Parts = list[tuple[str, bytes]]


def parts_of(file: io.BytesIO) -> Parts:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file.getvalue()))) as tar:
        return [(one.name, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]


def file_of(parts: Parts) -> io.BytesIO:
    plain = io.BytesIO()
    for name, content in parts:
        header = tarfile.TarInfo(name)
        header.size = len(content)
        plain.write(header.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512))
    plain.write(bytes(1024))
    return io.BytesIO(gzip.compress(plain.getvalue(), mtime=0))


def edited(parts: Parts, name: str, change: Callable[[dict[str, Any]], object]) -> Parts:
    """With another `backup.json` or `end.json`."""
    found = []
    for one, content in parts:
        if one == name:
            words = msgspec.json.decode(content)
            change(words)
            content = msgspec.json.encode(words)  # noqa: PLW2901 - in its place
        found.append((one, content))
    return found


def rewritten(contents: Contents, parts: Parts, table: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    """A backup whose sums are right, in which one table has other rows."""
    file = io.BytesIO()
    writer = BackupWriter(file, contents)
    end = msgspec.json.decode(dict(parts)[LAST])
    for one in contents.tables:
        with writer.table(one.name) as rows:
            content = b"".join(part for name, part in parts if name.startswith(f"table/{one.name}."))
            rows.add(change(content) if one.name == table else content)
    writer.end(journal_entries=end["journal_entries"], journal_head=end["journal_head"])
    return file


@pytest.fixture
async def good(installation: Installations) -> io.BytesIO:
    url = installation()
    engine = make_engine(url)
    await network_of(engine, {"An": [phone(10)], "Bert": [phone(11)]})
    await engine.dispose()
    return await backup_of(url)


def test_every_file_that_is_cut_off_is_refused(good: io.BytesIO) -> None:
    whole = good.getvalue()
    look_through(io.BytesIO(whole), ())
    for size in {0, 1, 9, 100, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1}:
        with pytest.raises(Unusable):
            look_through(io.BytesIO(whole[:size]), ())


def test_every_file_in_which_a_byte_was_changed_is_refused(good: io.BytesIO) -> None:
    whole = good.getvalue()
    for at in range(10, len(whole) - 8, max(1, len(whole) // 60)):
        changed = bytearray(whole)
        changed[at] ^= 0x55
        with pytest.raises(Unusable):
            look_through(io.BytesIO(bytes(changed)), ())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PGDMP\x01\x0f",
        b"naam;telefoon\n",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"x" * 5000, mtime=0),
    ],
    ids=["nothing", "a dump", "a list", "packed nothing", "packed bytes"],
)
def test_what_is_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable):
        look_through(io.BytesIO(content), ())


def test_nothing_that_claims_too_much_is_read_into_memory(good: io.BytesIO) -> None:
    parts = parts_of(good)
    for name in (FIRST, "table/audio.000001", LAST):
        header = tarfile.TarInfo(name)
        header.size = 1 << 32
        at = 0 if name == FIRST else 1
        plain = b"" if at == 0 else gzip.decompress(file_of(parts[:1]).getvalue())[:-1024]
        bomb = io.BytesIO(gzip.compress(plain + header.tobuf(tarfile.USTAR_FORMAT) + bytes(PART)))
        with pytest.raises(Unusable):
            look_through(bomb, ())


def test_links_and_folders_are_in_no_backup(good: io.BytesIO) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        header = tarfile.TarInfo(FIRST)
        header.type, header.linkname = kind, "/etc/passwd"
        with pytest.raises(Unusable):
            look_through(io.BytesIO(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(2048))), ())


LIES: list[Callable[[Parts], Parts]] = [
    lambda parts: edited(parts, FIRST, lambda words: words.update(buurtbel_backup=2)),
    lambda parts: edited(parts, FIRST, lambda words: words.update(step="9999")),
    lambda parts: edited(parts, FIRST, lambda words: words["tables"].pop()),
    lambda parts: edited(parts, FIRST, lambda words: words["tables"].append(words["tables"][0])),
    lambda parts: edited(parts, FIRST, lambda words: words["tables"][0].update(name="pg_authid")),
    lambda parts: edited(parts, FIRST, lambda words: words["tables"][0].update(columns=['x"; DROP'])),
    lambda parts: edited(parts, FIRST, lambda words: words["sequences"][0].update(table="pg_class")),
    lambda parts: edited(parts, FIRST, lambda words: words["tables"].reverse()),
    lambda parts: edited(parts, LAST, lambda words: words["tables"]["member"].update(rows=7)),
    lambda parts: edited(parts, LAST, lambda words: words.update(journal_head="f" * 64)),
    lambda parts: parts[:-1],
    lambda parts: [*parts[:-1], ("table/../../etc/passwd", b"x"), parts[-1]],
    lambda parts: [one for one in parts if not one[0].startswith("table/member")],
]


@pytest.mark.parametrize("lie", LIES)
async def test_a_backup_that_lies_about_itself_changes_nothing(
    lie: Callable[[Parts], Parts], good: io.BytesIO, installation: Installations
) -> None:
    await stays_as_it_was(installation(), file_of(lie(parts_of(good))))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("member", lambda rows: rows.replace(b"\tnl\t", b"\txx\t")),
        ("number", lambda rows: rows.replace(b"+999", b"+0")),
        ("membership", lambda rows: rows.replace(b"1\t1", b"1\t7")),
        ("member", lambda rows: rows + b"not a row\n"),
        ("member", lambda rows: rows.replace(b"\n", b"")),
        ("journal", lambda rows: rows.replace(b"network.add", b"network.bad")),
        ("journal", lambda rows: rows[rows.index(b"\n") + 1 :]),
    ],
)
async def test_rows_that_cannot_be_change_nothing(
    table: str, change: Callable[[bytes], bytes], good: io.BytesIO, installation: Installations
) -> None:
    contents, _ = look_through(good, ())
    await stays_as_it_was(installation(), rewritten(contents, parts_of(good), table, change))


async def stays_as_it_was(url: str, file: io.BytesIO) -> None:
    engine = make_engine(url, connections=1)
    with pytest.raises(Unusable) as refused:
        await restore(engine, ADMIN, file, (), resume=False, replace=True)
    await engine.dispose()
    assert str(refused.value).count("\n") == 0
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT act FROM journal").fetchall() == [("journal.open",)]
        assert connection.execute("SELECT count(*) FROM member").fetchone() == (0,)
        assert connection.execute("SELECT to_regclass('pg_authid') IS NOT NULL").fetchone() == (True,)
