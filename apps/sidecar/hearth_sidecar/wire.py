"""Lines of JSON between Hearth and a model in Python: requests and cancels come in, events go out.

In:  {"id": "1", "method": "transcribe", "params": {...}} and {"cancel": "1"}
Out: {"event": "progress" | "chunk" | "log" | "done" | "failed", "id": "1", ...}

Requests are answered one after another. The process ends when its input does, whatever it is computing.
"""

import json
import os
import queue
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

Handler = Callable[[Mapping[str, Any], "Run"], Any]


class Refusal(Exception):
    """A failure whose cause is known; the code is one of Hearth's."""

    def __init__(self, code: str, message: str, hint: str | None = None, path: list[str] | None = None) -> None:
        super().__init__(message)
        self.report = {"code": code, "message": message, "hint": hint, "path": path}


class Cancelled(Exception):
    """The request was cancelled."""


class Run:
    """One request while it is answered."""

    def __init__(self, wire: "Wire", request: str) -> None:
        self._wire = wire
        self._request = request

    def check(self) -> None:
        """Ends a run that was cancelled. To be called wherever the work can be left."""
        if self._request in self._wire.cancelled:
            raise Cancelled()

    def progress(self, done: float, total: float) -> None:
        self._wire.send({"event": "progress", "id": self._request, "done": done, "total": total})

    def chunk(self, value: Any) -> None:
        self._wire.send({"event": "chunk", "id": self._request, "value": value})

    def log(self, level: str, message: str) -> None:
        self._wire.send({"event": "log", "id": self._request, "level": level, "message": message})


class Wire:
    """Both ends of the pipe. The reader is a thread: it must hear cancels and the end while native code computes."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self.requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self.cancelled: set[str] = set()
        self._open: set[str] = set()
        self._source = source
        self._sink = sink
        self._lock = threading.Lock()

    def read(self) -> None:
        for line in self._source:
            message = json.loads(line)
            if "cancel" in message:
                self._cancel(message["cancel"])
                continue
            with self._lock:
                self._open.add(message["id"])
            self.requests.put(message)
        # Neither threads of native code nor what waits in a queue may keep the process.
        os._exit(0)

    def _cancel(self, request: str) -> None:
        with self._lock:
            if request in self._open:
                self.cancelled.add(request)

    def close(self, request: str) -> None:
        """The request is answered: a cancel that comes later is about nothing."""
        with self._lock:
            self._open.discard(request)
            self.cancelled.discard(request)

    def send(self, event: Mapping[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        try:
            with self._lock:
                self._sink.write(line)
                self._sink.flush()
        except BrokenPipeError:
            os._exit(0)


def serve(handlers: Mapping[str, Handler]) -> None:
    """Answers requests until the input ends."""
    # The terminal's signals reach the whole group; Hearth decides when its processes end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    wire = Wire(sys.stdin.buffer, _own_output())
    threading.Thread(target=wire.read, daemon=True).start()
    while True:
        _answer(wire, wire.requests.get(), handlers)


def _own_output() -> BinaryIO:
    """Takes standard output for the wire: what libraries print goes to standard error from here on."""
    sys.stdout.flush()
    wire = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(wire, "wb")


def _answer(wire: Wire, message: Mapping[str, Any], handlers: Mapping[str, Handler]) -> None:
    request = message["id"]
    run = Run(wire, request)
    try:
        run.check()
        handler = handlers.get(message["method"])
        if handler is None:
            raise Refusal("internal", f"there is no method {message['method']}")
        result = handler(message["params"], run)
        run.check()
        wire.send({"event": "done", "id": request, "result": result, "bytes": resident_bytes()})
    except Exception as error:
        wire.send({"event": "failed", "id": request, "bytes": resident_bytes(), **_report(error)})
    finally:
        wire.close(request)


def _report(error: Exception) -> dict[str, Any]:
    if isinstance(error, Refusal):
        return {key: value for key, value in error.report.items() if value is not None}
    if isinstance(error, Cancelled):
        return {"code": "cancelled", "message": "the run was cancelled"}
    traceback.print_exception(error)
    return {"code": "internal", "message": f"{type(error).__name__}: {error}"}


def resident_bytes() -> int:
    """Memory of this process; its peak where the system does not tell the present."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
