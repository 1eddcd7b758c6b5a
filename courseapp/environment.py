"""Every variable the site reads: its name, default and what it is for, each said here alone.

``settings.py`` takes the values from here. ``manage.py settings_reference`` writes
``docs/configuration.md`` and ``.env.example`` from the same words.
"""

from __future__ import annotations

from pathlib import Path

from courseapp import env
from courseapp.variables import Part

BASE_DIR = Path(__file__).resolve().parent.parent
env.load(BASE_DIR / ".env")
ALWAYS = "always"
UNTIL_SAID = "until the back office says it"

site = Part("The site")
PRODUCTION = site.flag(
    "PRODUCTION",
    "1 where readers are real: https, no debugging, no developer's secrets, and unsafe combinations"
    " are refused by name.",
    default=False,
    needed=ALWAYS,
)
VAR_DIR = Path(
    site.text(
        "VAR_DIR",
        str(BASE_DIR / "var"),
        "Where the site keeps its files: what staff upload (`media/`), files asked for of one's own"
        " data, and the database, mail, cache and spool where they are no servers.",
        told="`var/` beside `manage.py`",
        example="/var/lib/courseapp",
        form="path",
    )
)
SECRET_KEY = site.text(
    "SECRET_KEY",
    "" if PRODUCTION else env.kept_secret(VAR_DIR / "secret_key"),
    "Signs links in mails and forms. At least 50 random characters.",
    how="python3 -c 'import secrets; print(secrets.token_urlsafe(60))'",
    told="made and kept in `VAR_DIR`",
    needed=ALWAYS,
)
PORT = site.number("PORT", 8000, "Where the web server listens.", unit="port")
WEB_WORKERS = site.number(
    "WEB_WORKERS",
    2,
    "How many processes serve pages: about one for each processor.",
    unit="processes",
)
SITE_URL = site.text(
    "SITE_URL",
    f"http://localhost:{PORT}",
    "The one address of the site, without a slash at the end: in mails, links, the sitemap. https"
    " in production.",
    told="`http://localhost:PORT`",
    needed=ALWAYS,
    example="https://cursus.example.org",
    form="address",
).rstrip("/")
ALLOWED_HOSTS = site.words(
    "ALLOWED_HOSTS",
    [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"],
    "Host names this site answers to.",
    told="this machine's own names",
    needed=ALWAYS,
    example="cursus.example.org",
)
TRUSTED_PROXIES = site.number(
    "TRUSTED_PROXIES",
    0,
    "How many proxies of ours stand between the internet and the site. The address that the"
    " outermost of them adds to X-Forwarded-For is believed, and none that a visitor writes there."
    " With 0 behind a proxy all visitors together have the limit of one.",
    needed="behind a proxy",
    example="1",
)
DEBUG = site.flag(
    "DEBUG",
    "Django's own error pages, styles as they lie in the tree, the mailbox at /postvak/.",
    default=not PRODUCTION,
    told="the opposite of `PRODUCTION`",
)

STATIC_DIR = Path(
    site.text(
        "STATIC_DIR",
        str(VAR_DIR / "static"),
        "Where style, script and letters are collected, and served from. An image brings its own.",
        told="`static/` in `VAR_DIR`",
        form="path",
    )
)

practice = Part("The practice")
PRACTICE_NAME = practice.text(
    "PRACTICE_NAME",
    "",
    "Who the practice is, as far as its owner did not fill it in in the back office; what is empty"
    " is not shown, and `manage.py prepare` refuses what is said in neither.",
    needed=UNTIL_SAID,
)
PRACTICE_EMAIL = practice.text(
    "PRACTICE_EMAIL", "", "Where readers reach it.", told="the address of `MAIL_FROM`"
)
PRACTICE_PHONE = practice.text("PRACTICE_PHONE", "", "Its telephone.", needed=UNTIL_SAID)
PRACTICE_ADDRESS = practice.text("PRACTICE_ADDRESS", "", "Its postal address.", needed=UNTIL_SAID)
PRACTICE_REGISTER = practice.text(
    "PRACTICE_REGISTER", "", "Its number at the Chamber of Commerce (KvK).", needed=UNTIL_SAID
)
PRACTICE_VAT = practice.text(
    "PRACTICE_VAT", "", "Its VAT id, such as NL123456789B01.", needed=UNTIL_SAID
)

data = Part("Data")
DATABASE_URL = data.text(
    "DATABASE_URL",
    f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
    "Where everything is kept: postgres://user:password@host:5432/name, or"
    " sqlite:////absolute/path.sqlite3.",
    told="`db.sqlite3` in `VAR_DIR`",
    needed="always; PostgreSQL where more than one machine serves",
    example="postgres://courseapp:secret@127.0.0.1:5432/courseapp",
    form="address",
)
# Readers' keys lie apart from what they open, and production says where.
KEYS_DATABASE_URL = data.text(
    "KEYS_DATABASE_URL",
    "" if PRODUCTION else f"sqlite:///{VAR_DIR / 'keys.sqlite3'}",
    "Where readers' keys are kept: another database than the one above, with backups of its own"
    " that are kept no longer than a week (docs/decisions/0026-the-vault.md says why).",
    told="`keys.sqlite3` in `VAR_DIR`",
    needed=ALWAYS,
    example="postgres://courseapp:secret@127.0.0.1:5432/courseapp_keys",
    form="address",
)
VAULT_KEYS = data.words(
    "VAULT_KEYS",
    [] if PRODUCTION else [env.kept_key(VAR_DIR / "vault.key")],
    "What wraps those keys, and lies in no database: name:32 bytes in base64, the current one"
    " first, earlier ones behind it. Without it what readers wrote can never be read again, so keep"
    " a copy away from this machine.",
    how="python3 -c 'import base64, os;"
    ' print("2026:" + base64.b64encode(os.urandom(32)).decode())\'',
    told="made and kept in `VAR_DIR`",
    needed=ALWAYS,
)
KEEP_PLANS = data.flag(
    "KEEP_PLANS",
    "0 behind a PgBouncer that gives each transaction another connection.",
    default=True,
)
CACHE_URL = data.text(
    "CACHE_URL",
    "",
    "Where rate limits are counted: redis://…; empty counts in VAR_DIR (one machine only).",
    needed="on several machines",
    example="redis://127.0.0.1:6379/1",
    form="address",
)

jobs = Part("Jobs")
BROKER_URL = jobs.text(
    "BROKER_URL",
    "spool://",
    "How the worker is rung: redis://…, amqp://…, or spool:// (a folder in VAR_DIR; one machine"
    " only).",
    needed="on several machines",
    example="redis://127.0.0.1:6379/0",
    form="address",
)
WORKER_POOL = jobs.text(
    "WORKER_POOL",
    "solo",
    '"solo" works in the process itself; "prefork" with WORKER_CONCURRENCY processes needs a real'
    " broker and takes more memory.",
)
WORKER_CONCURRENCY = jobs.number(
    "WORKER_CONCURRENCY", 1, "How many tasks a worker does at once.", unit="processes"
)

mail = Part("Mail")
SMTP_URL = mail.text(
    "SMTP_URL",
    "",
    "smtp+tls://user:password@host:587 or smtps://…:465; empty keeps mail in VAR_DIR/mail.",
    needed="unless there is MAIL_PROVIDER",
    example="smtp+tls://user:password@mail.example.org:587",
    form="address",
)
MAIL_FROM = mail.text(
    "MAIL_FROM",
    "Ik kies jou <post@localhost>",
    "Who our mails are from.",
    needed=ALWAYS,
    example="Ik kies jou <post@example.org>",
)
MAIL_DKIM_SELECTORS = mail.words(
    "MAIL_DKIM_SELECTORS",
    [],
    "Names of the DKIM keys that the mail server signs with; `manage.py check_mail_domain` looks"
    " whether they and the other records of the domain of MAIL_FROM are there.",
)
# Beside the click that ends mails (RFC 8058), an address to write to; see courseapp.post.leaving.
MAIL_UNSUBSCRIBE = mail.text(
    "MAIL_UNSUBSCRIBE",
    "",
    "An address to stop mails at, in the header List-Unsubscribe beside the click. Name it once its"
    " mail reaches the site: from a provider at /hooks/mail/PROVIDER/inbound/ (…/inbound_raw/ with"
    ' some), from a mail server of your own by a pipe: stop: "|/path/to/manage.py stop_by_mail".',
    example="stop@example.org",
)
# docs/decisions/0023 says why eight.
MAIL_CONNECTIONS = mail.number(
    "MAIL_CONNECTIONS",
    8,
    "Connections to the mail server at the same time, at most; one of those that are not let in is"
    " left. A mailbox of Microsoft 365 takes 3, and 30 letters a minute.",
)
MAIL_PER_SECOND = mail.number(
    "MAIL_PER_SECOND", 0, "What it allows; 0: as much as it takes.", unit="letters a second"
)
MAIL_PER_DAY = mail.number(
    "MAIL_PER_DAY",
    0,
    "Likewise. Near the limit of a day offers wait for the next, then lessons.",
    unit="letters a day",
)
MAIL_PROVIDER = mail.text(
    "MAIL_PROVIDER",
    "",
    "A provider that django-anymail knows: it sends where SMTP_URL is empty, and tells of bounces"
    " and complaints at /hooks/mail/ITS_NAME/tracking/ as the user and password of the secret.",
    example="brevo",
)
MAIL_PROVIDER_SETTINGS = mail.words(
    "MAIL_PROVIDER_SETTINGS",
    [],
    "Its settings in django-anymail's words, without its name.",
    needed="with MAIL_PROVIDER",
    example="API_KEY=xkeysib-…",
)
MAIL_WEBHOOK_SECRET = mail.text(
    "MAIL_WEBHOOK_SECRET",
    "",
    "Who may tell what became of mails.",
    needed="with MAIL_PROVIDER",
    example="user:a-long-password",
)

selling = Part("Selling")
STRIPE_SECRET_KEY = selling.text(
    "STRIPE_SECRET_KEY",
    "",
    "Without a key `make run` sells in a test shop of its own, and production sells nothing.",
    needed="to sell",
    example="rk_live_…",
)
STRIPE_WEBHOOK_SECRETS = selling.words(
    "STRIPE_WEBHOOK_SECRETS",
    [],
    "The signing secret of the event destination, which `manage.py stripe_setup` makes and tells;"
    " several while one takes over from another.",
    needed="to sell",
    example="whsec_…",
)
# Where Stripe's payment page is; an account with a domain of its own for it names that.
STRIPE_PAYMENT_PAGES = selling.words(
    "STRIPE_PAYMENT_PAGES",
    ["https://checkout.stripe.com"],
    "Where the payment page is, when the Stripe account has a domain of its own for it.",
    example="https://betalen.example.org",
)
# Tells our objects from those of others in one Stripe account, say a test site's.
STRIPE_ENV = selling.text(
    "STRIPE_ENV",
    SITE_URL,
    "Tells this site's orders from others in the same Stripe account.",
    told="`SITE_URL`",
    example="https://example.org",
)
VAT_MODE = selling.text(
    "VAT_MODE",
    "nl21",
    "nl21: Dutch VAT of 21 % in the price; kor: the scheme for small traders, no VAT.",
)
SANDBOX_PORT = selling.number(
    "SANDBOX_PORT", PORT + 1000, "Where the test shop listens.", told="`PORT` + 1000", unit="port",
    example="9000",
)  # fmt: skip

limits = Part("Limits")
# How long a sign-in lasts, in seconds: after the last page, and in all (accounts.lasting).
READER_SESSION = limits.pair(
    "READER_SESSION_DAYS",
    (30, 90),
    "How long a reader's sign-in lasts: without a page in between, and in all.",
    unit="days",
    times=86_400,
)
STAFF_SESSION = limits.pair(
    "STAFF_SESSION_HOURS", (3, 12), "Likewise for the staff.", unit="hours", times=3_600
)
WRITES_PER_MINUTE = limits.pair(
    "WRITES_PER_MINUTE",
    (240, 900),
    "What may be sent in a minute by one account or program and from one network, in each process"
    " (0: as much as it likes).",
    unit="requests",
)

outside = Part("Other sites")
ASK_OUTSIDE = outside.flag(
    "ASK_OUTSIDE",
    "0: other sites are not asked whether pages that lessons link to are still there.",
    default=True,
)
ARTICLE_IMPORT_HOSTS = outside.words(
    "ARTICLE_IMPORT_HOSTS",
    [],
    "Sites that staff may fetch an article from by its address, each as the address names it;"
    " without any nothing is fetched (docs/decisions/0032-fetching.md).",
    example="www.example.org",
)

watching = Part("Logs and metrics")
LOG_LEVEL = watching.text("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR.")
CELERY_LOG_LEVEL = watching.text(
    "CELERY_LOG_LEVEL", "WARNING", "Celery's own lines: INFO shows each tick of the clock."
)

METRICS_TOKEN = watching.text(
    "METRICS_TOKEN",
    "",
    "Opens /metrics (Prometheus) to who brings it as `Authorization: Bearer`; without one there is"
    " no such page. 32 random characters or more.",
    how="python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
)
METRICS_DIR = Path(
    watching.text(
        "METRICS_DIR",
        str(VAR_DIR / "metrics"),
        "Where the processes of one machine count together; best a file system in memory.",
        told="`metrics/` in `VAR_DIR`",
        example="/run/courseapp/metrics",
        form="path",
    )
)

SENTRY_DSN = watching.text(
    "SENTRY_DSN",
    "",
    "Where reports of errors go, if anywhere: a Sentry within the EU or one's own. They hold kinds"
    " of errors and places in the code, nothing that anybody sent or wrote.",
    example="https://key@sentry.example.org/1",
    form="address",
)
RELEASE = watching.text(
    "RELEASE", "", "What these reports call the release, say the commit it was built from."
)

tests = Part("Tests")
tests.elsewhere(
    "TEST_DATABASE_URL",
    "postgres://postgres@127.0.0.1:5432/courseapp",
    "`make test` makes databases of its own there; it leaves out what does not answer.",
)
tests.elsewhere("TEST_REDIS_URL", "redis://127.0.0.1:6379/9", "Likewise.")
tests.elsewhere("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//", "Likewise.")
tests.elsewhere("CHROMIUM", "/usr/bin/chromium", "The browser of the journeys.")

PARTS = (site, practice, data, jobs, mail, selling, limits, outside, watching, tests)
