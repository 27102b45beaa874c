"""Firefox as it is installed, driven over WebDriver BiDi, which it speaks itself: no driver beside it.

Playwright drives stock Firefox only from a newer release on than Debian's (it asks for
``emulation.setMediaFeaturesOverride``), and its own build of Firefox is neither in Debian nor on PyPI.
"""

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

# What wants to leave is noted and goes to a port where nobody listens.
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "dom.ipc.processCount": 1,  # one process for all pages: none has a secret before the others
    "fission.autostart": False,
    "app.normandy.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "ui.prefersReducedMotion": 1,
}
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.fetchError"]
KEYS = {"Tab": "\ue004", "ArrowRight": "\ue014", "Home": "\ue011", "Escape": "\ue00c"}


class Firefox:
    """A session with one running Firefox; what it reports is gathered in ``heard``."""

    def __init__(self, runner: asyncio.Runner, socket: WebSocketClientConnection) -> None:
        self._runner, self._socket, self._asked = runner, socket, 0
        self.heard: list[dict[str, Any]] = []

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result; a refusal or a minute of silence is an error."""
        return self._runner.run(asyncio.wait_for(self._ask(method, parameters), 60))

    async def _ask(self, method: str, parameters: Mapping[str, Any]) -> Any:
        self._asked += 1
        await self._socket.write_message(
            json.dumps({"id": self._asked, "method": method, "params": parameters})
        )
        while message := await self._socket.read_message():
            answer = json.loads(message)
            if answer["type"] == "event":
                self.heard.append(answer)
            elif answer["id"] == self._asked:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]
        raise RuntimeError(f"{method}: Firefox has hung up")

    def hang_up(self) -> None:
        """End the connection."""

        async def end() -> None:
            self._socket.close()

        self._runner.run(end())

    @contextmanager
    def page(self, address: str, width: int, height: int) -> Iterator["Page"]:
        """Open an address in a tab of its own and wait until it is loaded."""
        tab = self.ask("browsingContext.create", type="tab")["context"]
        try:
            page = Page(self, tab)
            page.resize(width, height)
            self.ask("browsingContext.navigate", context=tab, url=address, wait="complete")
            yield page
        finally:
            self.ask("browsingContext.close", context=tab)


class Page:
    """A tab of Firefox."""

    def __init__(self, firefox: Firefox, tab: str) -> None:
        self._firefox, self._tab = firefox, tab

    def resize(self, width: int, height: int) -> None:
        """Give the page another size."""
        size = {"width": width, "height": height}
        self._firefox.ask("browsingContext.setViewport", context=self._tab, viewport=size)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a function in the page, wait for it and return what JSON can say of its result."""
        given, called = ", ".join(map(json.dumps, arguments)), function.rstrip().rstrip(";")
        answer = self._firefox.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({called})({given})))()",
            target={"context": self._tab},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def press(self, key: str) -> None:
        """Press and let go of a key."""
        strokes = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        keyboard = [{"type": "key", "id": "keyboard", "actions": strokes}]
        self._firefox.ask("input.performActions", context=self._tab, actions=keyboard)

    def wrong(self) -> list[str]:
        """Return what the page complained of, and what it asked for elsewhere or in vain."""
        found = []
        for event in self._firefox.heard:
            kind, said = event["method"], event["params"]
            if (said.get("source") or said).get("context") != self._tab:
                continue
            if kind == "log.entryAdded" and said["level"] in {"error", "warn"}:
                found.append(said["text"])
            elif kind == "network.fetchError":
                found.append(f"failed: {said['request']['url']}")
            elif kind == "network.beforeRequestSent" and not said["request"]["url"].startswith(
                ("file:", "data:", "blob:")
            ):
                found.append(f"elsewhere: {said['request']['url']}")
        return found


@contextmanager
def firefox(program: str) -> Iterator[Firefox]:
    """Start Firefox without a window, with an empty profile, and end it in the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()
        )
        Path(profile, "user.js").write_text("".join(lines), encoding="utf-8")
        running = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with asyncio.Runner() as runner:
            try:
                session = Firefox(runner, runner.run(connected(Path(profile))))
                session.ask("session.new", capabilities={})
                session.ask("session.subscribe", events=EVENTS)
                try:
                    yield session
                finally:
                    session.hang_up()
            finally:
                running.terminate()
                running.wait()


async def connected(profile: Path) -> WebSocketClientConnection:
    """Wait until Firefox has written into its profile where it listens, and connect."""
    for _ in range(600):
        with suppress(OSError, ValueError):
            place = json.loads((profile / "WebDriverBiDiServer.json").read_text())
            address = f"ws://{place['ws_host']}:{place['ws_port']}/session"
            return await websocket_connect(address, max_message_size=2**26)
        await asyncio.sleep(0.1)
    raise RuntimeError("Firefox did not begin to listen within a minute")
