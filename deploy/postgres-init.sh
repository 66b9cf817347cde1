#!/bin/bash
# Run once by the postgres image, as its superuser, when the database is made: roles with their passwords, one database.
set -euo pipefail
psql --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" \
    --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" --set=roles="${BIRGE_DEPLOY:-/deploy}/roles.sql" <<'SQL'
\i :roles
ALTER ROLE birge_owner PASSWORD :'owner';
ALTER ROLE birge_app PASSWORD :'app';
CREATE DATABASE birge OWNER birge_owner;
REVOKE ALL ON DATABASE birge FROM PUBLIC;
GRANT CONNECT ON DATABASE birge TO birge_app;
SQL
