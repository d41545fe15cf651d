"""Walks all journeys, or those with a part in their name; says what came of each, and the figures last."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.desk import SCREENS, PoliceDesk
from tests.browser.journeys.all_journeys import JOURNEYS
from tests.browser.running import running, tell

PLACE = "/var/tmp"
CHROMIUM = "/usr/bin/chromium"
OPTIONS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
)


async def main(part: str) -> int:
    """0 when every journey ended as it should and axe found nothing."""
    # Who is told to end leaves no server and no telephone behind.
    current = asyncio.current_task()
    assert current is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, current.cancel)
    chosen = {name: walk for name, walk in JOURNEYS.items() if _is_chosen(name, part)}
    folder = Path(tempfile.mkdtemp(prefix="buurtbel-browser-", dir=PLACE))
    folder.chmod(0o755)
    SCREENS.mkdir(parents=True, exist_ok=True)
    passed = 0
    async with running(folder / "server") as assembly, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        desk = PoliceDesk(assembly, browser)
        for name, walk in chosen.items():
            began = time.monotonic()
            try:
                await walk(desk)
            except Exception as fault:  # noqa: BLE001 - one journey must not cost the others their verdict
                tell(f"NOT as it should: {name}: {type(fault).__name__} {str(fault)[:600]}")
                tell("".join(traceback.format_tb(fault.__traceback__)[-3:]))
            else:
                passed += 1
                tell(f"as it should: {name} ({time.monotonic() - began:.0f} s)")
        await browser.close()
    found = desk.findings
    for violation in found.violations:
        tell(f"axe: {violation}")
    tell(
        f"desk: journeys={len(chosen)} passed={passed} pages={len(found.pages)} "
        f"axe_violations={len(found.violations)} login_to_ring_s={found.login_to_ring:.1f} "
        f"interactions={found.interactions}"
    )
    is_well = passed == len(chosen) and not found.violations
    if is_well:
        shutil.rmtree(folder)
    else:
        tell(f"What was logged lies in {folder}.")
    return 0 if is_well else 1


def _is_chosen(name: str, parts: str) -> bool:
    """Whether one of these parts, with | between them, is in the name."""
    return any(part in name for part in parts.split("|"))


def run(arguments: Sequence[str]) -> int:
    part = arguments[0] if arguments else ""
    if not any(_is_chosen(name, part) for name in JOURNEYS):
        tell(f"No journey has {part!r} in its name.")
        return 2
    return asyncio.run(main(part))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
