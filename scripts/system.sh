#!/usr/bin/env bash
# Installs what the browser and PostgreSQL tests need, where that is missing and may be installed.
# Does nothing when all is there. Without it those tests are skipped and say so.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
    || missing+=(chromium)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)

[ "${#missing[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed: ${missing[*]}. The tests that need them are skipped." >&2
    exit 0
fi

echo "Installing ${missing[*]} for the tests ..." >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "Could not install ${missing[*]}. The tests that need them are skipped." >&2
fi
rm -f "$log"
