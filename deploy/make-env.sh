#!/bin/sh
# ./deploy/make-env.sh [--small] DOMAIN
# Writes .env from .env.example with random passwords. Never changes one that is there: the engines keep the passwords
# they were first started with.
set -eu
cd "$(dirname "$0")/.."

size=cluster
if [ "${1:-}" = --small ]; then
  size=small
  shift
fi
domain=${1:-}
case $domain in
  '' | -* | *[!A-Za-z0-9.-]*)
    echo 'make-env takes the name people will reach Vigil by, such as vigil.example.org; before it --small for one server' >&2
    exit 2
    ;;
esac
if [ -e .env ]; then
  echo '.env is there already and stays as it is; its passwords are those of the engines' >&2
  exit 1
fi

random() { LC_ALL=C od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

umask 077
while IFS= read -r line; do
  case $line in
    VIGIL_DOMAIN=*) echo "VIGIL_DOMAIN=$domain" ;;
    COMPOSE_PROFILES=*) echo "COMPOSE_PROFILES=$size" ;;
    *PASSWORD= | *KEY=) echo "$line$(random)" ;;
    *) printf '%s\n' "$line" ;;
  esac
done < .env.example > .env.new
mv .env.new .env
program=alerts
[ $size = cluster ] || program=vigil
echo "wrote .env, readable by you alone. Next:
  docker compose up -d --build --wait
  docker compose exec $program vigil sign-in"
