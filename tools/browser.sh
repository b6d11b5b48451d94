#!/bin/sh
# Bring Debian's Chromium and a Chinese font for the journeys, and what draws PDF, where that is allowed; say so where it is not.
need=""
command -v chromium >/dev/null 2>&1 || need="chromium"
fc-list 2>/dev/null | grep -qi "cjk\|wenquanyi" || need="$need fonts-noto-cjk"
ldconfig -p 2>/dev/null | grep -q libpango-1.0.so || need="$need libpango-1.0-0"
ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0.so || need="$need libpangoft2-1.0-0"
ldconfig -p 2>/dev/null | grep -q libharfbuzz-subset.so || need="$need libharfbuzz-subset0"
[ -z "$need" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing $need …"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need) >/tmp/browser-install.log 2>&1 \
    || echo "Could not install $need (see /tmp/browser-install.log): the journeys will be skipped."
else
  echo "Missing $need and no right to install it: the journeys will be skipped."
fi
exit 0
