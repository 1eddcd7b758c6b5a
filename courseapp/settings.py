"""All settings, safe by default; what an installation may choose comes from ``environment.py``.

Without any variable the project runs for a developer: SQLite, the spool transport, a mailbox in
``var/mail``. `courseapp/checks.py` refuses combinations that cannot work or would be unsafe.
"""

from __future__ import annotations

import os
from email.utils import parseaddr

from courseapp import env, logs, timetable
from courseapp import environment as given
from courseapp.api import documentation

BASE_DIR, VAR_DIR = given.BASE_DIR, given.VAR_DIR
PRODUCTION, DEBUG = given.PRODUCTION, given.DEBUG
SECRET_KEY = given.SECRET_KEY
PORT, SITE_URL, ALLOWED_HOSTS = given.PORT, given.SITE_URL, given.ALLOWED_HOSTS
WEB_WORKERS = given.WEB_WORKERS
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "django_htmx",
    "js_asset",
    "django_prose_editor",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "courseapp",
    "courseapp.accounts",
    "courseapp.post",
    "courseapp.vault",
    "lessons",
    "payments",
]

MIDDLEWARE = [
    "courseapp.middleware.Measured",
    "courseapp.middleware.RequestName",
    "courseapp.patience.Patience",
    "courseapp.middleware.BrowserPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "courseapp.middleware.OneHost",
    "courseapp.middleware.NoTrace",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "courseapp.middleware.Lasting",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "courseapp.middleware.Language",
    "courseapp.notices.Notices",
    "courseapp.middleware.WriteLimit",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "courseapp.middleware.Refusals",
]

ROOT_URLCONF = "courseapp.urls"
WSGI_APPLICATION = "courseapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "courseapp.site.context",
            ],
        },
    },
]

# Who the practice is, as far as its owner did not say so in the back office (content.identity);
# what is not given is not shown.
PRACTICE = {
    "name": given.PRACTICE_NAME,
    "email": given.PRACTICE_EMAIL,
    "phone": given.PRACTICE_PHONE,
    "address": given.PRACTICE_ADDRESS,
    "register": given.PRACTICE_REGISTER,
    "vat": given.PRACTICE_VAT,
}

# --- Data ------------------------------------------------------------------------------------

DATABASE_URL, KEYS_DATABASE_URL = given.DATABASE_URL, given.KEYS_DATABASE_URL
DATABASES = {
    "default": env.database(DATABASE_URL, BASE_DIR, keep_plans=given.KEEP_PLANS),
    "keys": env.database(KEYS_DATABASE_URL, BASE_DIR, keep_plans=given.KEEP_PLANS),
}
DATABASE_ROUTERS = ["courseapp.vault.router.KeysApart"]
# What wraps readers' keys, the current one first: name:base64, see courseapp.vault.keyring.
VAULT_KEYS = given.VAULT_KEYS
# Modules that offer a field of sealed texts, for their keys to be renewed: courseapp.vault.holding.
VAULT_HOLDERS = ["lessons.reading.sealed_answers"]
# Modules that seal by the keys above themselves.
VAULT_SEALERS = ["courseapp.step_secrets"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = env.caches(given.CACHE_URL, VAR_DIR / "cache")

# Other sites: whether links to them are tried, and from which of them staff may fetch an article.
ASK_OUTSIDE = given.ASK_OUTSIDE
ARTICLE_IMPORT_HOSTS = given.ARTICLE_IMPORT_HOSTS

# What *Vandaag* asks for rows: functions (person, now) -> rows, see lessons.desk.attention.
ATTENTION = [
    "lessons.desk.today.jobs",
    "lessons.desk.publish.attention",
    "lessons.desk.site_pages.attention",
    "lessons.desk.articles.attention",
    "payments.staff.attention.rows",
    "lessons.desk.dead_links.attention",
    "lessons.desk.mails.attention.rows",
    "lessons.desk.mails.sending.rows",
]

# What makes the files that go along with mails: kind to a function from a key to bytes.
ENCLOSURES = {
    "invoice": "payments.papers.enclosing.invoice",
    "terms": "payments.papers.enclosing.terms_of",
    "withdrawal_form": "payments.papers.enclosing.form_for",
}

# --- Jobs: the database is the queue of record, the broker only a doorbell ----------------------

BROKER_URL = given.BROKER_URL
SPOOL_DIR = VAR_DIR / "spool"
# "solo" works in the process itself; "prefork" needs Redis or RabbitMQ and takes more memory.
WORKER_POOL = given.WORKER_POOL
WORKER_CONCURRENCY = given.WORKER_CONCURRENCY
# Kombu warns about an address without a host; a folder has none.
CELERY_BROKER_URL = "spool://localhost" if BROKER_URL == "spool://" else BROKER_URL
CELERY_BROKER_TRANSPORT_OPTIONS = env.broker_options(BROKER_URL, SPOOL_DIR)
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
# A message is a doorbell: it is taken off the queue at once, has no result, and is never retried.
# The table it points at does all that, and does it better.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SOFT_TIME_LIMIT = 55
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONSUMER = "courseapp.hearing:Hearing"
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = timetable.schedule()

# --- Money -------------------------------------------------------------------------------------

# Without a key a local Stripe takes part in `make run`: a test shop, which production refuses.
STRIPE_SECRET_KEY = given.STRIPE_SECRET_KEY
SANDBOX = not STRIPE_SECRET_KEY and not PRODUCTION
SANDBOX_PORT = given.SANDBOX_PORT
STRIPE_API_BASE = f"http://127.0.0.1:{SANDBOX_PORT}" if SANDBOX else ""
STRIPE_WEBHOOK_SECRETS = given.STRIPE_WEBHOOK_SECRETS
if SANDBOX:
    STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105 -- opens nothing but the test shop.
    STRIPE_WEBHOOK_SECRETS = [f"whsec_{env.kept_secret(VAR_DIR / 'webhook_secret')}"]
# Where Stripe's payment page is; an account with a domain of its own for it names that.
STRIPE_PAYMENT_PAGES = given.STRIPE_PAYMENT_PAGES
# Tells our objects from those of others in one Stripe account, say a test site's.
STRIPE_ENV = given.STRIPE_ENV
# nl21: Dutch VAT of 21 %; kor: the scheme for small traders, no VAT.
VAT_MODE = given.VAT_MODE
# Whether buyers are bound: then the practice has to say who it is.
SELLING_IS_REAL = PRODUCTION

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["courseapp.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "courseapp.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "courseapp.accounts.passwords.NotOurWords"},
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL, STAFF_REDIRECT_URL = "/mijn/", "/beheer/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "courseapp.post.account_mail.Adapter"
ACCOUNT_FORMS = {
    "request_login_code": "courseapp.accounts.forms.AskCodeForm",
    "confirm_login_code": "courseapp.accounts.forms.EnterCodeForm",
    "confirm_email_verification_code": "courseapp.accounts.forms.EnterAddressCodeForm",
    "login": "courseapp.accounts.forms.PasswordForm",
    "add_email": "courseapp.accounts.forms.NewAddressForm",
    "set_password": "courseapp.accounts.forms.FirstPasswordForm",
    "change_password": "courseapp.accounts.forms.OtherPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
# A code of six digits goes with three attempts and ten minutes: one in 333,333 to guess it.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
# Per network ("ip"), and per address or code ("key"). A reader asks once or twice; somebody who
# wants to fill another's mailbox, or to guess at codes, meets the second and third figure.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,100/h/ip,4/m/key,12/h/key",
    "guess_login_code": "3/20m/key",
    # At one account, over all ways of coming in together; see accounts.guessing.
    "guess": "10/5m/key",
    "login": "30/m/ip",
    "withdraw": "30/h/ip,5/h/key",
    "login_failed": "10/m/ip,5/5m/key",
}
# What may be sent in a minute by one account or program, and from one network (0: no limit).
WRITES_PER_MINUTE = given.WRITES_PER_MINUTE
# How many proxies of ours stand before the site; their X-Forwarded-For is believed, no other.
ALLAUTH_TRUSTED_PROXY_COUNT = given.TRUSTED_PROXIES
MFA_ADAPTER = "courseapp.step_secrets.SecondStep"
MFA_FORMS = {
    "activate_totp": "courseapp.accounts.forms.AppForm",
    "authenticate": "courseapp.accounts.forms.SecondStepForm",
    "reauthenticate": "courseapp.accounts.forms.SecondStepAgainForm",
    "add_webauthn": "courseapp.accounts.passkeys.NewForm",
    "login_webauthn": "courseapp.accounts.passkeys.AtTheDoorForm",
    "authenticate_webauthn": "courseapp.accounts.passkeys.SecondStepForm",
    "reauthenticate_webauthn": "courseapp.accounts.passkeys.AgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
USERSESSIONS_TRACK_ACTIVITY = False
HEADLESS_CLIENTS = ["app"]
HEADLESS_TOKEN_STRATEGY = "courseapp.api.sign_in.SessionToken"  # noqa: S105 -- a class.
SESSION_ENGINE = "courseapp.sessions"
# How long a sign-in lasts, in seconds: after the last page, and in all (accounts.lasting).
READER_SESSION, STAFF_SESSION = given.READER_SESSION, given.STAFF_SESSION
# What nobody came back to goes: a day more than a sign-in waits.
SESSION_COOKIE_AGE = READER_SESSION[0] + 86_400
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
# No script of ours reads a cookie: pages carry the token in their forms.
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
DEVICE_COOKIE_NAME = "device"
MESSAGE_STORAGE = "courseapp.notices.Storage"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    DEVICE_COOKIE_NAME = "__Host-device"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Mail --------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = given.MAIL_FROM
# Our mails may be answered, so whoever has no other address for readers has that one.
PRACTICE["email"] = PRACTICE["email"] or parseaddr(DEFAULT_FROM_EMAIL)[1]
# Under which names the keys lie that our mail server signs with; for `manage.py check_mail_domain`.
MAIL_DKIM_SELECTORS = given.MAIL_DKIM_SELECTORS
# Beside the click that ends mails (RFC 8058), an address to write to, whose mail reaches us through
# the provider or `manage.py stop_by_mail`; and what follows, see courseapp.post.leaving.
LETTER_STOP = "lessons.drip.choices.stop_by_word"
MAIL_UNSUBSCRIBE = given.MAIL_UNSUBSCRIBE
# Connections to the mail server, at most (docs/decisions/0023 says why eight); letters each second
# and each day (0: as many as it takes).
MAIL_CONNECTIONS = given.MAIL_CONNECTIONS
MAIL_PER_SECOND = given.MAIL_PER_SECOND
MAIL_PER_DAY = given.MAIL_PER_DAY
# Asked just before letters of a stream go; see courseapp.post.gates.
LETTER_GATES = dict.fromkeys(("lesson", "offer"), "lessons.drip.gate.withheld")
# Returns the address that answers go to.
LETTER_REPLY_TO = "lessons.content.identity.mail_address"
MAIL_DIR = VAR_DIR / "mail"
HANDOVER_DIR = VAR_DIR / "handovers"  # Asked for of one's own data, sealed, for a day at most.
SMTP_URL = given.SMTP_URL
(EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_SSL, EMAIL_USE_TLS) = (
    env.mail_server(SMTP_URL)
)
EMAIL_TIMEOUT = 20
# A provider in django-anymail's word ("brevo"), and who may tell what became of mails.
MAIL_PROVIDER = given.MAIL_PROVIDER
MAIL_WEBHOOK_SECRET = given.MAIL_WEBHOOK_SECRET
ANYMAIL = env.provider(MAIL_PROVIDER, given.MAIL_PROVIDER_SETTINGS, MAIL_WEBHOOK_SECRET)
EMAIL_BACKEND = env.mail_backend(SMTP_URL, MAIL_PROVIDER)
INSTALLED_APPS += ["anymail"] if MAIL_PROVIDER else []
# A clock that can be set ahead, where mail, money and readers are a developer's; courseapp.clock.
KEEPS_MAIL = not SMTP_URL and not MAIL_PROVIDER
CLOCK_FILE = VAR_DIR / "clock" if DEBUG and SANDBOX and KEEPS_MAIL else None
WATCHED = {"decide": "lessons.tasks.drip", "soonest": "lessons.drip.pump.soonest"}

# --- Words and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "courseapp" / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# --- Files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = given.STATIC_DIR
STATICFILES_DIRS = [BASE_DIR / "courseapp" / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "courseapp.compressed.Storage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"
# What a form or a call may carry beside files. Whoever pastes a text of 5 MB into the page for
# articles is told what the limit is there, and keeps the text; beyond this Django says only "400".
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
# An article of a whole book offers a course 5,000 blocks, each with a box to tick; a lesson is one
# form as well: sixty blocks, of which those of cards have forty rows.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000

# --- API ---------------------------------------------------------------------------------------

# An endpoint is made from courseapp.api.view.Endpoint; these hold for what is not.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "courseapp.api.sign_in.ByToken",
        "courseapp.api.sign_in.BySession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "courseapp.api.errors.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = documentation.settings(site=SITE_URL)

# --- Logs: no personal data, one line an event ---------------------------------------------------

LOGGING = logs.described(level=given.LOG_LEVEL, celery=given.CELERY_LOG_LEVEL)

# Who asks for /metrics, and where the processes of this machine count together; courseapp.meters.
METRICS_TOKEN = given.METRICS_TOKEN
METRICS_DIR = given.METRICS_DIR if METRICS_TOKEN else None

# Reports of errors, where somebody wants them; courseapp.reports.
if given.SENTRY_DSN:
    LOGGING["handlers"]["reports"] = {
        "class": "courseapp.reports.Reporting",
        "dsn": given.SENTRY_DSN,
        "release": given.RELEASE,
    }
    LOGGING["root"]["handlers"].append("reports")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseapp.settings")
VAR_DIR.mkdir(parents=True, exist_ok=True)
