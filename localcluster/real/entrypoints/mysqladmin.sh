#!/bin/bash
# The one verb that a probe uses: ping. The program itself comes in a package with all of Perl.
[ "${!#}" = ping ] || { echo "mysqladmin: only ping is here" >&2; exit 2; }
said=$(mariadb "${@:1:$#-1}" -e "select 1" 2>&1) || [[ $said == *"Access denied"* ]]
