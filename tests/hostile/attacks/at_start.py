"""The account of `serve` owns the data folder; root, who starts `serve`, must not be led astray by it."""

from contextlib import ExitStack

from embedded.account import SERVES as OURS
from tests.hostile.attack import ALL, Planting, Trial, attack
from tests.hostile.attacks.links import entries, files
from tests.support.processes import ours


@attack(by=OURS, restarts=ALL, turn=1)
def files_of_the_data_folder_are_links(at: Trial) -> Planting:
    """Root writes, empties and gives away nothing through a name in a folder that is not root's."""
    for file in files(at.site.folder):
        at.plant("link", file, at.canary.file())
    for name in ("serve.log", "line.log", "line.log.1", "line.beat", "installation"):
        if name not in {place.name for place in at.planted}:
            at.plant("link", at.site.folder / name, at.canary.file())
    yield


@attack(by=OURS, restarts=ALL, turn=2)
def folders_of_the_data_folder_are_links(at: Trial) -> Planting:
    """Root opens, makes, chmods and chowns nothing through a link in a folder that is not root's."""
    for folder in entries(at.site.folder):
        if folder.is_dir() and not folder.is_symlink():
            at.plant("link", folder, at.canary.folder())
    yield


@attack(by=OURS, restarts=ALL, turn=3)
def folders_of_asterisk_are_links(at: Trial) -> Planting:
    """What root prepares for Asterisk is prepared in its own folder, or not at all."""
    for folder in entries(at.site.folder / "pbx"):
        if folder.is_dir() and not folder.is_symlink():
            at.plant("link", folder, at.canary.folder())
    yield


@attack(by=OURS, restarts=ALL, turn=4)
def the_data_folder_changes_while_root_starts_serve(at: Trial) -> Planting:
    """Between looking at a folder and using it, it cannot become a link to another."""
    pairs = [
        [str(place), str(at.canary.folder() if place.is_dir() else at.canary.file())]
        for place in [*entries(at.site.folder), *entries(at.site.folder / "pbx")]
        if not place.is_symlink() and (place.is_dir() or place.is_file())
    ]
    with ExitStack() as going:
        going.enter_context(at.by.keeps("swap", pairs))
        yield


@attack(by=OURS, restarts=ALL, turn=5)
def files_of_the_data_folder_are_fifos(at: Trial) -> Planting:
    """Root does not wait for ever for what somebody else should write: no process of root's stays behind."""
    for place in [*entries(at.site.folder), *entries(at.site.folder / "pbx")]:
        if not place.is_symlink():
            at.plant("fifo", place)
    yield
    for one in ours(at.site.folder):
        if 0 in one.uids:
            at.through(f"{one} hangs as root")
