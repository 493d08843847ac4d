# A step of another user, as runtime.ts describes it.
ops_as() {
  if ! id -u "$1" >/dev/null 2>&1; then echo ops:no-such-user; return 0; fi
  if [ "$(id -un)" = "$1" ]; then set -- "$1" "$2" /bin/sh
  elif [ "$(id -u)" = 0 ] && command -v runuser >/dev/null 2>&1; then set -- "$1" "$2" runuser -u "$1" -- /bin/sh
  elif [ "$(id -u)" = 0 ]; then set -- "$1" "$2" su -s /bin/sh "$1"
  else set -- "$1" "$2" sudo -n -u "$1" -- /bin/sh
  fi
  ops_text=$2; shift 2
  printf '%s\n' "$ops_text" | "$@"
}
