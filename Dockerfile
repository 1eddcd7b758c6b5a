# Two images: `site`, from which web, worker, beat and preparation run, and `proxy`, which speaks TLS
# before it. compose.yaml builds and joins them; docs/production.md says how.
# Each base is named by its exact tag; pin its digest too where you build (docs/production.md).

# --- Libraries, each by its hash, none compiled here ------------------------------------------------
FROM python:3.11.14-slim-bookworm AS libraries
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/courseapp
COPY requirements.txt /tmp/requirements.txt
RUN /opt/courseapp/bin/python -m pip install --require-hashes --only-binary=:all: \
        -r /tmp/requirements.txt

# --- The site --------------------------------------------------------------------------------------
FROM python:3.11.14-slim-bookworm AS site
# pg_dump and psql, of the database's own version: for backups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 courseapp \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin courseapp \
    && install -d -m 0700 -o courseapp -g courseapp /var/lib/courseapp /run/courseapp
COPY --from=libraries /opt/courseapp /opt/courseapp
ENV PATH=/opt/courseapp/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=1 PORT=8000 \
    VAR_DIR=/var/lib/courseapp STATIC_DIR=/srv/static METRICS_DIR=/run/courseapp
WORKDIR /srv/courseapp
COPY manage.py ./
COPY courseapp courseapp
COPY lessons lessons
COPY payments payments
COPY templates templates
# What needs no database: catalogues, static files with their names after what is in them, bytecode.
# Its secrets are made up and thrown away; nothing that is collected holds any.
RUN PRODUCTION=0 DEBUG=0 VAR_DIR=/tmp/build python manage.py prepare --build \
    && rm -rf /tmp/build \
    && python -m compileall -q /srv/courseapp
# Root owns what runs; the site's own account owns what it keeps, and nothing else.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-P", "courseapp/probe.py"]
CMD ["python", "manage.py", "web", "--host", "0.0.0.0"]

# --- The proxy -------------------------------------------------------------------------------------
FROM caddy:2.10.2-alpine AS proxy
RUN adduser -D -H -u 10002 -s /sbin/nologin proxy && chown -R proxy:proxy /data /config
COPY docs/compose/Caddyfile /etc/caddy/Caddyfile
USER 10002:10002
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["wget", "-q", "--spider", "http://127.0.0.1:8081/alive"]
