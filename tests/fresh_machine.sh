#!/usr/bin/env bash
# A machine with nothing prepared but Python: makes a Debian chroot of the minimal packages, python3 and python3-venv,
# clones the committed project into it, and runs the README's two commands, as root and as an ordinary user, with times.
#
#   tests/fresh_machine.sh [folder]      the folder keeps the bare system for the next run (default: a temporary one)
#
# Needs root and debootstrap. Packages come from where this machine gets its own: its apt sources, its pip settings.
set -euo pipefail

# Mounts stand in a namespace of their own: whatever happens here, none is left behind.
if [ "${1-}" != --inside ]; then
  exec unshare --mount --propagation private -- "$0" --inside "$@"
fi
shift

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
keep=${1:-}
work=${keep:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd -- "$work" && pwd -P)
base=$work/base
system=$work/system
suite=bookworm
failures=0

mounted() {
  mount | awk -v under="$system/" 'index($3, under) == 1 { print $3 }' | sort -r
}

# What is mounted inside belongs to this machine: nothing is removed before all of it is out.
remove_system() {
  mounted | xargs -r -n1 umount --lazy
  [ -z "$(mounted)" ] || { echo "still mounted, so $system stays"; exit 1; }
  rm -rf "$system"
}

# Whatever was started inside ends with it, its own children too.
end_processes() {
  local process
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/root")" = "$system" ]; then kill -KILL "${process#/proc/}" || true; fi
  done 2>/dev/null
}

clean_up() {
  end_processes
  remove_system
  [ -n "$keep" ] || rm -rf "$work"
}
trap clean_up EXIT

apt_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    sed -nE -e 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p' -e 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' |
    grep -v security | head -n 1
}

# What pip is told on this machine, by file or by variable, as variables: whoever runs inside must be told the same.
pip_variables() {
  python3 -m pip config list |
    sed -nE "s/^(global|install)\.([a-z-]+)='(.*)'$/\2=\3/p" |
    while IFS='=' read -r name value; do
      printf 'PIP_%s=%s\n' "$(printf '%s' "$name" | tr 'a-z-' 'A-Z_')" "$(printf '%b' "$value" | tr -s '\n' ' ')"
    done
  env | grep -E '^(PIP_|SSL_CERT_|REQUESTS_CA_BUNDLE=|CURL_CA_BUNDLE=|(https?|no|HTTPS?|NO)_(proxy|PROXY)=)' || true
}

# Files and folders of this machine that those settings name. An index in a folder links to files beside itself.
pip_paths() {
  pip_variables | grep -oE '[= ](file://)?/[^ ]+' | sed -E -e 's/^.//' -e 's#^file://(/.+)/[^/]+/?$#\1#' | sort -u
}

make_base() {
  [ ! -e "$base/complete" ] || return 0
  echo "== bare system ($suite, minbase, python3, python3-venv)"
  rm -rf "$base"
  debootstrap --variant=minbase --include=python3,python3-venv "$suite" "$base" "$(apt_mirror)" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log"; exit 1; }
  touch "$base/complete"
}

make_system() {
  end_processes
  remove_system
  cp -a "$base" "$system"
  mount --bind /proc "$system/proc"
  mount --rbind /dev "$system/dev"
  cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
  local path
  pip_paths | while IFS= read -r path; do
    if [ -f "$path" ]; then
      mkdir -p "$(dirname -- "$system$path")"
      cp -L "$path" "$system$path"
      chmod a+r "$system$path"
    elif [ -d "$path" ] && [ ! -e "$system$path" ]; then
      mkdir -p "$system$path"
      mount --bind "$path" "$system$path"
    fi
  done
  chroot "$system" useradd --create-home citizen
}

# enter USER: sets `as_user`, the words that run a command in the project inside as that user, knowing nothing of this
# machine but pip's settings. An array, so that a command in the background is one process to stop.
enter() {
  local home=/root variables
  [ "$1" = root ] || home=/home/$1
  mapfile -t variables < <(pip_variables)
  as_user=(
    env -i "${variables[@]}" HOME="$home" USER="$1" LANG=C.UTF-8
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    chroot --userspec="$1:$1" --groups="$1" "$system" /bin/sh -c 'cd "$HOME/wenming" && exec "$@"' sh
  )
}

clone() {
  local user=$1 home=$system/root
  [ "$user" = root ] || home=$system/home/$user
  rm -rf "$home/wenming"
  git clone --quiet "$project" "$home/wenming"
  chroot "$system" chown -R "$user:$user" "${home#"$system"}/wenming"
}

# timed NAME COMMAND…: prints how long it took and whether it worked.
timed() {
  local name=$1 start=$EPOCHREALTIME code=0
  shift
  "$@" || code=$?
  printf '== %-42s %6.1f s   exit %d\n' "$name" "$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" "$code"
  [ "$code" -eq 0 ] || failures=$((failures + 1))
}

# Starts the demo, waits for the page that it names to answer, and stops it. (Not by SIGINT: the shell has its background ignore that.)
demo_answers() {
  local demo page code=1 said=$work/demo.log
  "${as_user[@]}" ./wenming demo >"$said" 2>&1 &
  demo=$!
  for _ in $(seq 1500); do
    page=$(sed -nE 's#.*Open (http://[^ ]+).*#\1#p' "$said")
    if [ -n "$page" ] && "${as_user[@]}" python3 -c "import urllib.request as r; r.urlopen('$page', timeout=5)"; then
      code=0
      break
    fi
    kill -0 "$demo" 2>/dev/null || break
    sleep 0.2
  done
  kill -TERM "$demo" 2>/dev/null || true
  wait "$demo" || code=$?
  [ "$code" -eq 0 ] || tail -n 30 "$said"
  return "$code"
}

make_base
for user in root citizen; do
  make_system
  clone "$user"
  enter "$user"
  echo "== as $user"
  timed "$user: ./wenming demo, until the page answers" demo_answers
  timed "$user: ./wenming demo again" demo_answers
  timed "$user: ./wenming test, with its set-up" "${as_user[@]}" ./wenming test
done
[ "$failures" -eq 0 ] || { echo "== $failures failed"; exit 1; }
echo "== all worked"
