#!/usr/bin/env bash
# Deletes the namespace that an ephemeral stack has left, once nothing is in it. A stack deletes no
# namespace by itself: it would take along whatever others have put there.
#
# sweep.sh NAMESPACE PROJECT/STACK, with SECONDS_TO_WAIT in the environment (default 180).
set -euo pipefail
shopt -s inherit_errexit
namespace="$(kubectl get "namespace/$1" --ignore-not-found -o json)"
if [ -z "$namespace" ]; then
  echo "There is no namespace $1."
  exit 0
fi
said="$(jq --raw-output '.metadata.annotations // {} |
  [."statefast/stack" // "nobody", ."statefast/retention" // "unknown"] | join(" ")' <<<"$namespace")"
if [ "$said" != "$2 delete" ]; then
  echo "::error::Namespace $1 stays: it says of itself \"$said\" and not \"$2 delete\"."
  exit 1
fi
kinds=persistentvolumeclaims,pods,statefulsets,deployments,daemonsets,jobs,cronjobs,services
deadline=$((SECONDS + ${SECONDS_TO_WAIT:-180}))
while :; do
  # The claims go when the garbage collector gets to them.
  left="$(kubectl get "$kinds" --namespace "$1" -o name)"
  [ -n "$left" ] || break
  if [ "$SECONDS" -ge "$deadline" ]; then
    echo "::error::Namespace $1 stays, since it holds ${left//$'\n'/, }."
    exit 1
  fi
  sleep 1
done
kubectl delete "namespace/$1" --wait=false
