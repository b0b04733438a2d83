#!/bin/sh
# Runs once, when PostgreSQL's container makes its data folder: Vigil's user, who owns its database and nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$VIGIL_DATABASE_PASSWORD" --username postgres <<'SQL'
create role vigil login password :'password';
create database vigil owner vigil encoding 'UTF8' template template0;
SQL
