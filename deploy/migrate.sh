#!/bin/sh
# Bring tables, rights and places up to date, as the owner of the tables. Can be run again at any time.
set -eu
python manage.py migrate --no-input
python manage.py createcachetable
python manage.py load_places
psql --quiet --set=ON_ERROR_STOP=1 --file=deploy/grants.sql "$DATABASE_URL"
