"""A local Stripe: its HTTP API on a socket, its checkout page and its webhooks, for one machine.

For developing, showing and testing a sale without an account, keys or the internet. The real SDK
talks to it (``StripeClient(key, base_addresses={"api": stripe_.base})``); nothing in it imports
Django, and it refuses to run where ``PRODUCTION=1`` or with a live key.

In tests::

    with sandbox.running(webhook=url, secret="whsec_x", payload="thin", clock=clock) as stripe_:
        stripe_.base                      # "http://127.0.0.1:41231"
        stripe_.key                       # a test key it accepts; any sk_test_… or rk_test_… does
        stripe_.world                     # what happens in it: verbs, below
        stripe_.knobs                     # what goes wrong in it, below

``webhook`` is an address, or a function ``(body: bytes, headers: dict[str, str]) -> int`` that
returns a status; ``payload`` is ``"snapshot"`` or ``"thin"``; ``clock`` returns seconds since 1970;
``state`` is a file that keeps the world over a restart; ``background=False`` starts no thread for
webhooks: they go out, and time takes effect, only when ``world.deliver_due()`` or ``world.wait()``
is called, in the caller's own thread; ``watch`` is called with each call of the API and its answer.

Verbs of ``world`` (each returns the Stripe object it changed, as a dict; amounts in cents)::

    pay(session, method="card", code=None, email=None, name="J. Jansen", country="NL")
                                                # methods: card, card_declined, ideal,
                                                # ideal_cancelled, bancontact, sepa_debit,
                                                # later_succeeds, later_fails
    apply_code(session, code)
    async_succeed(session)  async_fail(session) # the end of a payment that takes days
    expire(session)
    expire_due()                                # everything whose moment has come
    refund(payment_intent, amount=None, reason=None)     # as by hand in Stripe's dashboard
    refund_succeed(refund)
    refund_fail(refund, reason="lost_or_stolen_card")
    dispute_open(payment_intent, amount=None, reason="fraudulent", warning=False)
    dispute_submit(dispute)
    dispute_escalate(dispute)
    dispute_close(dispute, "won" | "lost" | "warning_closed")
    register(url, secret=None, payload="snapshot", events=("*",))    # one more webhook endpoint
    endpoint_change(endpoint, status="disabled")     # or enabled_events, url, api_version
    endpoint_forget(endpoint)
    account_change(charges_enabled=False)
    method_switch("ideal", on=False)
    tax_register("NL")
    get(id)  all(kind)  events(type=None)       # look without the API
    deliveries(state=None)  held()
    deliver(*delivery_ids)  deliver_due()  resend(event_id)
    wait(seconds=5)                             # until nothing is due or on its way
    forget()                                    # begin anew, with the same endpoints

``session``, ``payment_intent``, … are ids. What Stripe would not allow raises ``Refused``.

``knobs`` (attributes in Python, JSON at ``/_sim/knobs``)::

    duplicate = 2                # each webhook comes twice more
    shuffle = 7                  # a seed: whatever is due goes out in another order
    delay = 3.0                  # seconds before the first attempt
    drop = {"*"}                 # event types that never arrive; "*" is all
    hold = True                  # collect; world.deliver(...) sends in the order it is given
    retry_after = [1, 2, 5]      # seconds to each next attempt
    settle_after = 15.0          # seconds until a delayed payment ends; None: only by verbs
    refund_after = 5.0           # the same for refunds of methods that refund slowly
    refunds_fail = True          # refunds that end by themselves end badly
    clock_skew = -90.0           # seconds, in the Date header
    denied = {"POST /v1/refunds"}  # what the key may not do; patterns with "*"
    fail(path, how, times=1, seconds=0.0, method="*")   # path: a pattern such as "/v1/refunds*"
                                 # how: 500, 500_stored, 500_after_effect, 429, cut_before,
                                 # cut_after_effect, garbage, slow, slow_after_effect
    stale(path, times=1, back=1) # a GET answers with an older copy
    reset()

On the command line ``python -m payments.sandbox --port 12111 --state FILE --webhook URL
--secret whsec_…``; people find its control page at ``/_sim/``.
"""

from payments.sandbox.refusals import Refused
from payments.sandbox.running import KEY, NotHere, Running, running

__all__ = ["KEY", "NotHere", "Refused", "Running", "running"]
