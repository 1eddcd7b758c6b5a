#!/bin/sh
# Run once by PostgreSQL's image, on an empty volume: the site's account, and the two databases it owns.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set=password="$SITE_PASSWORD" <<'SQL'
CREATE ROLE courseapp LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE courseapp OWNER courseapp;
CREATE DATABASE courseapp_keys OWNER courseapp;
REVOKE ALL ON DATABASE courseapp FROM PUBLIC;
REVOKE ALL ON DATABASE courseapp_keys FROM PUBLIC;
SQL
