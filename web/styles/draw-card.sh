#!/bin/sh
# Draws card.png, the picture of a shared link, from card.svg. Run it after a change, look at the picture, commit both.
# CHROME names the browser, if it is not `chromium`.
set -eu
cd "$(dirname "$0")"
"${CHROME:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
  --window-size=1200,630 --screenshot="$PWD/card.png" "file://$PWD/card.svg"
