"""Work that goes on beside a test, on a thread of its own."""

import threading
from abc import ABC, abstractmethod
from typing import Self


class Beside(ABC):
    """Is at work while it is entered, and closed after."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self.close()

    @abstractmethod
    def work(self) -> None:
        """Some of it: again and again until the end, so it may not take long."""

    @abstractmethod
    def close(self) -> None: ...

    def _work_on(self) -> None:
        while not self._is_over.is_set():
            self.work()
