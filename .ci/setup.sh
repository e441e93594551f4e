# Read by quickstart and runtests: installing what is missing, and the build's own steps. POSIX sh; the reader has set top to
# the source tree and log to the file that takes the long output.

jobs=$(nproc 2>/dev/null || echo 2)

# Runs a command with its output in the log; shows the log's end when it fails.
quietly() {
  "$@" >>"$log" 2>&1 </dev/null && return
  quietly_status=$?
  tail -n 40 "$log" >&2
  echo "failed ($quietly_status): $*; all output is in $log" >&2
  exit 1
}

missing_packages() {
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s ' "$package"
  done
}

# Installs the packages that are not there yet. Needs root or sudo only when one is missing.
install_packages() {
  command -v apt-get >/dev/null || { echo "  no apt-get here; going on with what is installed"; return; }
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  echo "  installing: $missing"
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null; then
    as_root=sudo
  else
    echo "These packages are missing, and neither root nor sudo is here to install them: $missing" >&2
    exit 1
  fi
  # A fresh image has no package lists; an unreachable mirror is asked again.
  quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 update
  # shellcheck disable=SC2086
  quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 \
    install -y --no-install-recommends $missing
}

# Makes configure, if it is not there or older than what it is made of.
make_configure() {
  if [ ! -e "$top/configure" ] || [ ! -e "$top/Makefile.in" ] || [ -n "$(find "$top/configure.ac" "$top/Makefile.am" \
      "$top/include" "$top/dlls" "$top/server" "$top/docs" "$top/examples" "$top/tests" "$top/m4/ws_compiler_flags.m4" \
      \( -name '*.mk' -o -name '*.am' -o -name '*.ac' -o -name ws_compiler_flags.m4 \) -newer "$top/Makefile.in")" ]; then
    (cd "$top" && quietly autoreconf -fi) || exit 1
  fi
}

# configure_in FOLDER ARGUMENTS...: configures there unless that was done with the same arguments and configure.
configure_in() {
  folder=$1
  shift
  mkdir -p "$folder"
  if [ ! -e "$folder/Makefile" ] || [ "$top/configure" -nt "$folder/config.status" ] ||
      [ "$*" != "$(cat "$folder/configure-arguments" 2>/dev/null)" ]; then
    rm -f "$folder/config.cache"
    (cd "$folder" && quietly "$top/configure" --disable-maintainer-mode --cache-file=config.cache "$@") || exit 1
    echo "$*" >"$folder/configure-arguments"
  fi
}
