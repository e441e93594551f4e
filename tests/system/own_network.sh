# Read first by tests that need a network and mounts of their own: starts the test again inside of them, as an ordinary user where user
# namespaces are allowed, else as root. Where neither is possible, or there is no ip command, the test is skipped, and says so.
if [ "$1" != inside ]; then
  if ! command -v ip >/dev/null 2>&1; then
    echo "skipped: no ip command (Debian: iproute2)"
    exit 77
  fi
  if unshare --user --map-root-user --net --mount true 2>/dev/null; then
    exec unshare --user --map-root-user --net --mount "$0" inside
  elif [ "$(id -u)" = 0 ] && unshare --net --mount true 2>/dev/null; then
    exec unshare --net --mount "$0" inside
  fi
  echo "skipped: neither user namespaces nor root"
  exit 77
fi

set -e
# The loopback of a new network is down until somebody raises it.
ip link set lo up
