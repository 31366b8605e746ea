#!/bin/sh
# Installs Debian's chromium for the browser tests. Succeeds even if that is impossible: the tests
# are then skipped with a message.
command -v chromium >/dev/null 2>&1 && exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo -n"; fi
    echo "Installing chromium for the browser tests"
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 || echo "chromium could not be installed: the browser tests will be skipped" >&2
exit 0
