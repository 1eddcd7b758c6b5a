"""A real Chromium for the journeys, driven through Playwright, against the live test server."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
    from pytest_django.live_server_helper import LiveServer

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The browser is a process of its own: the tests' network guard does not reach it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
# How long a page may take before a test gives up on it, in milliseconds: what is asserted is that
# it comes, not how fast a busy machine brings it.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
PHONE = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a page is a browser test."""
    for item in items:
        if "open_page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the tests of a file."""
    if not os.path.exists(CHROMIUM):  # noqa: PTH110 -- a plain question about a plain path.
        if os.environ.get("CI"):
            pytest.fail(f"There is no {CHROMIUM}: apt-get install chromium, or set CHROMIUM.")
        pytest.skip(f"There is no {CHROMIUM}: apt-get install chromium, or set CHROMIUM.")
    # Playwright keeps an event loop running in this thread, which Django takes for async code.
    kept = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield browser
            browser.close()
    finally:
        if kept is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


# The browser's own words about a policy change with its version, and some refusals have none.
TELL = """addEventListener("securitypolicyviolation", (event) => console.error(
  `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample} at ${location}`))"""


class Troubles:
    """What no page may do: break its script, disobey its policy, or call another host."""

    def __init__(self, *, hosts: set[str]) -> None:
        self.hosts = hosts
        self.seen: list[str] = []

    def watch(self, page: Page) -> None:
        page.context.add_init_script(TELL)
        page.on("pageerror", lambda error: self.seen.append(f"script: {error}"))
        page.on("console", self._hear)
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        # A page with a 404 is reported here as well; its test looks at the page itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.seen.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc not in self.hosts:
            self.seen.append(f"request: {request.url}")


@pytest.fixture
def own_hosts(live_server: LiveServer) -> set[str]:
    """The hosts a page may ask: the site; a test adds where a payment page is."""
    return {urlsplit(live_server.url).netloc}


@pytest.fixture
def open_page(
    chromium: Browser, live_server: LiveServer, own_hosts: set[str]
) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor: ``open_page(color_scheme="dark", java_script_enabled=False)``.

    Takes what Playwright's ``new_context`` takes. Addresses may be written from the slash on. At
    the end of the test no page may have seen a script error or asked another host for anything.
    """
    troubles = Troubles(hosts=own_hosts)
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        settings = {"viewport": PHONE, "locale": "nl-NL", "timezone_id": "Europe/Amsterdam"}
        context = chromium.new_context(base_url=live_server.url, **{**settings, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        troubles.watch(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert troubles.seen == []


@pytest.fixture
def browser_page(open_page: Callable[..., Page]) -> Page:
    """A phone's page of a visitor nobody has seen before."""
    return open_page()


# In the page, for what axe tells of each place that is well is a megabyte.
WRONG = """async options => (await axe.run(document, options)).violations.map(
  one => `${one.id}: ${one.help} — ${one.nodes.map(node => node.target).join(", ")}`
)"""


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong with a page: one sentence per violation, none when all is well."""
    source = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

    def violations(page: Page) -> list[str]:
        # Through the debugger, not through a script tag: the page's policy refuses foreign scripts.
        page.evaluate(source)
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        return list(page.evaluate(WRONG, options))

    return violations
