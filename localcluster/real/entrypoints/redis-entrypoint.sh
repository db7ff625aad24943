#!/bin/sh
set -e
[ "${1#-}" = "$1" ] || set -- redis-server "$@"
exec "$@"
