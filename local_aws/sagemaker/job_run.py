"""The thread of a training or transform job."""

import threading
from abc import ABC, abstractmethod


class JobRun(ABC):
    """Runs a job in a thread and writes every change of its state to the store."""

    def __init__(self, name: str) -> None:
        """Prepare the thread, which starts later."""
        self._stopping = threading.Event()
        self._ended = False
        self._changing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> bool:
        """Stop the job; return False when it has ended already."""
        with self._changing:
            if self._ended:
                return False
            if not self._stopping.is_set():
                self._stopping.set()
                self._enter_stopping()
            return True

    def join(self) -> None:
        """Wait until the job has ended."""
        self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Run the job to its end."""

    @abstractmethod
    def _enter_stopping(self) -> None:
        """Write to the store that the job is being stopped."""
