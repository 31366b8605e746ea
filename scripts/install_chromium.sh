#!/bin/sh
# Installs Debian's chromium without its windows for the browser tests, or else the whole one.
# Succeeds even if that is impossible: the tests are then skipped with a message.
HEADLESS=chromium-headless-shell
found() { command -v "$HEADLESS" >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1; }
found && exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo -n"; fi
    install="$as_root apt-get install -y -qq --no-install-recommends"
    echo "Installing chromium for the browser tests"
    { $as_root apt-get update -qq && { $install "$HEADLESS" || $install chromium; }; } >/dev/null 2>&1
fi
found || echo "chromium could not be installed: the browser tests will be skipped" >&2
exit 0
