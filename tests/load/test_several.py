"""Several web servers, workers and beats over one PostgreSQL and one broker do each thing once."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.living import COURSE, begin_and_finish_a_lesson, until
from tests.load.several import Several, Wandering, several

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.broker, pytest.mark.once]
READERS, ORDERS, COPIES = 400, 12, 2


def test_orders_mails_and_readers_come_over_all_machines(tmp_path: Path) -> None:
    """One test, for what takes long is standing them up."""
    with several(tmp_path) as here:
        each_mail_comes_once(here)
        each_order_is_granted_once(here)
        one_reader_meets_all_of_them(here)
        said = here.said()
    assert "Traceback" not in said, said[said.find("Traceback") :][:4000]


def one_reader_meets_all_of_them(here: Several) -> None:
    """Signed in, with a form that another server gave out, and told what was done on another."""
    browser = Wandering(here.ports)
    begin_and_finish_a_lesson(browser, here.postman)
    browser.ask(f"/cursus/{COURSE}/begin/")
    course = browser.ask("/mijn/").partition('href="/mijn/cursus/')[2][:36]
    browser.ask(f"/mijn/cursus/{course}/planning/")
    browser.send("planning/pauze.*week", week="1")
    assert browser.status == 200
    assert 'class="messages"' in browser.page
    visits = Counter(browser.visited)
    assert min(visits[port] for port in here.ports) >= 5, visits


def each_mail_comes_once(here: Several) -> None:
    """The first that happens: every letter that came is a mail of these readers."""
    began = time.monotonic()
    here.founder.order("come", count=READERS)
    until(lambda: not here.founder.order("is_waiting")["is"], "mails still wait")
    log = here.folder / "letters"
    log.write_text("".join(here.postman.register), encoding="ascii")
    seconds = time.monotonic() - began
    found = here.founder.order("mails", log=str(log), seconds=seconds)
    assert found["faults"] == []
    assert found["came"] >= READERS


def each_order_is_granted_once(here: Several) -> None:
    """Each event goes to each web server, three times; both beats ring for the sweep as well."""
    before = len(here.postman.register)
    here.stripe.knobs.duplicate = COPIES
    for _order in range(ORDERS):
        here.stripe.world.pay(here.founder.order("order")["session"])
    once = [["paid", 1, 1]] * ORDERS
    until(lambda: here.founder.order("orders")["rows"] == once, "not each order is granted once")
    here.stripe.world.wait(30)
    until(lambda: not here.founder.order("is_waiting")["is"], "mails still wait")
    found = here.founder.order("orders")
    assert found["rows"] == once
    told = len(here.stripe.world.deliveries())
    assert told >= (COPIES + 1) * len(here.ports) * found["events"] > 0
    names = Counter(line.split()[0] for line in here.postman.register[before:])
    assert len(names) >= ORDERS
    assert set(names.values()) == {1}
