"""All settings, read from the environment, safe by default.

Without any variable the project runs for a developer: SQLite, the spool transport, a mailbox in
``var/mail``. `.env.example` lists every variable; `courseapp/checks.py` refuses combinations that
cannot work or would be unsafe.
"""

from __future__ import annotations

import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from courseapp import env

BASE_DIR = Path(__file__).resolve().parent.parent
env.load(BASE_DIR / ".env")
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

PRODUCTION = env.flag("PRODUCTION", default=False)
DEBUG = env.flag("DEBUG", default=not PRODUCTION)
# A developer's secret is made by `make run` and kept in var/; production must bring its own.
SECRET_KEY = env.text("SECRET_KEY", "" if PRODUCTION else env.kept_secret(VAR_DIR / "secret_key"))
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
PORT = env.number("PORT", 8000)
# The one address of the site, without a slash at the end: in mails, canonical links, the sitemap.
SITE_URL = env.text("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
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
    "lessons",
    "payments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "courseapp.middleware.OneHost",
    "courseapp.middleware.NoTrace",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "courseapp.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
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
    "name": env.text("PRACTICE_NAME", ""),
    "email": env.text("PRACTICE_EMAIL", ""),
    "phone": env.text("PRACTICE_PHONE", ""),
    "address": env.text("PRACTICE_ADDRESS", ""),
    "register": env.text("PRACTICE_REGISTER", ""),
    "vat": env.text("PRACTICE_VAT", ""),
}

# --- Data ------------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
DATABASES = {
    "default": env.database(DATABASE_URL, BASE_DIR, keep_plans=env.flag("KEEP_PLANS", default=True))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.text("CACHE_URL", ""),
    }
    if env.text("CACHE_URL", "")
    # Rate limits count over all processes of one machine, so not in one process' memory.
    else {
        "BACKEND": "courseapp.cache.LockingFiles",
        "LOCATION": VAR_DIR / "cache",
        # Past this figure a third of all counters is thrown away; Django's 300 is soon reached.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    # What may be counted by each process for itself, because a reader waits for it.
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# What *Vandaag* asks for rows: functions (person, now) -> rows, see lessons.desk.attention.
ATTENTION = [
    "lessons.desk.today.jobs",
    "lessons.desk.publish.attention",
    "lessons.desk.site_pages.attention",
    "lessons.desk.articles.attention",
]

# --- Jobs: the database is the queue of record, the broker only a doorbell ----------------------

BROKER_URL = env.text("BROKER_URL", "spool://")
SPOOL_DIR = VAR_DIR / "spool"
# "solo" works in the process itself; "prefork" needs Redis or RabbitMQ and takes more memory.
WORKER_POOL = env.text("WORKER_POOL", "solo")
WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", 1)
# Kombu warns about an address without a host; a folder has none.
CELERY_BROKER_URL = "spool://localhost" if BROKER_URL == "spool://" else BROKER_URL
_options: dict[str, dict[str, object]] = {
    "spool": {"folder": str(SPOOL_DIR), "polling_interval": 0.1},
    "redis": {
        "visibility_timeout": 600,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "health_check_interval": 15,
    },
}
_broker = urlsplit(BROKER_URL).scheme.replace("rediss", "redis")
CELERY_BROKER_TRANSPORT_OPTIONS = _options.get(_broker, {})
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
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
# How often in seconds; a message nobody took by the next time has lost its use.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": float(every), "options": {"expires": expires}}
    for task, every, expires in (
        ("post.tick", 15, 15),
        ("lessons.publish_due", 60, 60),
        ("payments.sweep", 30, 30),
        ("payments.pull", 900, 900),
        ("payments.audit", 86_400, 3600),
        ("post.forget_old", 86_400, 3600),
        ("accounts.prune", 86_400, 3600),
        ("lessons.forget_old", 86_400, 3600),
    )
}

# --- Money -------------------------------------------------------------------------------------

# Without a key a local Stripe takes part in `make run`: a test shop, which production refuses.
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
SANDBOX = not STRIPE_SECRET_KEY and not PRODUCTION
SANDBOX_PORT = env.number("SANDBOX_PORT", PORT + 1000)
STRIPE_API_BASE = f"http://127.0.0.1:{SANDBOX_PORT}" if SANDBOX else ""
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRETS", [])
if SANDBOX:
    STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105 -- opens nothing but the test shop.
    STRIPE_WEBHOOK_SECRETS = [f"whsec_{env.kept_secret(VAR_DIR / 'webhook_secret')}"]
# Tells our objects from those of others in one Stripe account, say a test site's.
STRIPE_ENV = env.text("STRIPE_ENV", SITE_URL)
# nl21: Dutch VAT of 21 %; kor: the scheme for small traders, no VAT.
VAT_MODE = env.text("VAT_MODE", "nl21")
# Whether buyers are bound: then the practice has to say who it is.
SELLING_IS_REAL = PRODUCTION

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["courseapp.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "courseapp.accounts.passwords.LongEnough",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
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
    "login": "30/m/ip",
    "withdraw": "30/h/ip,5/h/key",
    "login_failed": "10/m/ip,5/5m/key",
}
# How many proxies of ours stand before the site; their X-Forwarded-For is believed, no other.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "courseapp.accounts.adapter.SecondStep"
MFA_FORMS = {
    "activate_totp": "courseapp.accounts.forms.AppForm",
    "authenticate": "courseapp.accounts.forms.SecondStepForm",
    "reauthenticate": "courseapp.accounts.forms.SecondStepAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
USERSESSIONS_TRACK_ACTIVITY = False
HEADLESS_CLIENTS = ["app"]
HEADLESS_TOKEN_STRATEGY = "courseapp.api.sign_in.SessionToken"  # noqa: S105 -- a class.
SESSION_ENGINE = "courseapp.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Mail --------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Ik kies jou <post@localhost>")
# Our mails may be answered, so whoever has no other address for readers has that one.
PRACTICE["email"] = PRACTICE["email"] or parseaddr(DEFAULT_FROM_EMAIL)[1]
MAIL_DIR = VAR_DIR / "mail"
SMTP_URL = env.text("SMTP_URL", "")
if SMTP_URL:
    _smtp = urlsplit(SMTP_URL)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _smtp.hostname or "localhost"
    EMAIL_PORT = _smtp.port or 587
    EMAIL_HOST_USER = unquote(_smtp.username or "")
    EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
    EMAIL_USE_SSL = _smtp.scheme == "smtps"
    EMAIL_USE_TLS = _smtp.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "courseapp.post.mailbox.Backend"

# --- Words and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "courseapp" / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# --- Files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "courseapp" / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
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
# Writes per reader, as REST framework writes rates.
API_WRITES = env.text("API_WRITES", "120/min")
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Ik kies jou",
    "VERSION": "1",
    "DESCRIPTION": (
        "Courses of the practice Ik kies jou: read them, and say how far you are. Every write may"
        " be sent twice. Errors are problems as in RFC 9457, with a stable `code`.\n\n"
        "Programs of the practice work below `/api/v1/staff/` with a machine token:\n"
        "`curl -H 'Authorization: Bearer ikj_…' " + SITE_URL + "/api/v1/staff/courses/`"
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # From our own server, and without the badge that would send the address to a third party.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# --- Logs: no personal data, one line an event ---------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    # Four lines each time the clock ticks, which is every fifteen seconds, say nothing.
    "loggers": {
        "celery": {"level": env.text("CELERY_LOG_LEVEL", "WARNING")},
        # It writes two lines for every question it asks.
        "stripe": {"level": "WARNING"},
    },
}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseapp.settings")
VAR_DIR.mkdir(parents=True, exist_ok=True)
