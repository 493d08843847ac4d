# The functions of `repository-change`, as change.ts describes them.
ops_repository() (
  set +e
  ops_source_list=/etc/apt/sources.list.d/$1.sources ops_ring=/etc/apt/keyrings/$1.gpg ops_key=${OPS_DIR:-$(mktemp -d)}/apt-key
  command -v apt-get >/dev/null || ops_fail "this host has no apt; nothing was changed"
  ops_lacks=
  # What is fetched for one repository must not pass for a look at all of them.
  ops_apt_fresh && ops_was_fresh=yes || ops_was_fresh=no
  if [ -n "$2" ]; then
    case $2 in
      http*) ops_fetch "$2" "$ops_key.got" || ops_fail "the key of $1 could not be fetched from $2: $ops_by says: $ops_said; nothing was changed";;
      *) printf '%s\n' "$2" >"$ops_key.got" ;;
    esac
    ops_pgp_bare "$ops_key.got" >"$ops_key" && ops_found=$(ops_pgp_keys "$ops_key") ||
      ops_fail "the key of $1 is no public key of OpenPGP version 4, or was cut; nothing was changed"
    # shellcheck disable=SC2086 # many lines become one
    ops_found=$(echo $ops_found)
    [ -z "$3" ] || [ "$ops_found" = "$3" ] ||
      ops_fail "the key of $1 has the fingerprint $ops_found, and not $3: compare it with what its vendor publishes; nothing was changed"
    (ops_go_making /etc/apt/keyrings) || ops_fail "/etc/apt/keyrings cannot be made; nothing was changed"
    ops_write "$ops_ring" mode=0644 -- cat "$ops_key" || exit
  fi
  ops_write "$ops_source_list" mode=0644 -- printf %s "$4" || {
    ops_write_code=$? ops_said="$ops_source_list cannot be written"
    case $ops_write_code in 95|98) ! (ops_restore "$ops_ring") || exit $ops_write_code;; esac
    ops_repository_back
  }
  ops_ring_mode=$(stat -c %a "$ops_ring") || { ops_said="stat does not tell the mode of $ops_ring"; ops_repository_back; }
  case $ops_ring_mode in *[4567]) ;; *) ops_attributes "$ops_ring" 0644 '' '' || { ops_said="$ops_ring cannot be made readable"; ops_repository_back; };; esac
  if ops_repository_update; then
    [ "$ops_was_fresh" = yes ] || touch -d @0 /var/lib/apt/lists
    exit 0
  fi
  ops_said="apt cannot use it: $ops_said"
  ops_repository_back
)
# Ends with what was there before, and with the reason in ops_said.
ops_repository_back() {
  ops_restore "$ops_source_list" && ops_restore "$ops_ring" || { echo "ops: $ops_said; and what was there before could not be put back" >&2; exit 96; }
  echo "ops: $ops_said; what was there before was put back" >&2
  exit 97
}
# Waits up to two minutes where another process holds the lists.
ops_repository_update() {
  ops_update_tries=0
  until ops_said=$(ops_repository_apt -o APT::Update::Error-Mode=any update 2>&1) &&
    [ -n "$(ops_repository_apt indextargets --format '$(FILENAME)' 2>/dev/null)" ]; do
    case $ops_said in *'Could not get lock'*) ;; *) break;; esac
    [ $ops_update_tries -lt 120 ] || break
    ops_update_tries=$((ops_update_tries + 1))
    sleep 1
  done
  printf '%s\n' "$ops_said"
  [ -z "$(ops_repository_apt indextargets --format '$(FILENAME)' 2>/dev/null)" ] || case $ops_said in *"$ops_newline"[EW]:*) ;; *) return 0;; esac
  ops_apt_complaint=$(printf '%s\n' "$ops_said" | sed -n 's/^[EW]: *//p' | head -n 3 | tr '\n' ' ')
  ops_said=${ops_apt_complaint:-it offers no list for the architecture of this host}
  return 1
}
ops_repository_absent() {
  ops_remove "/etc/apt/sources.list.d/$1.sources" && ops_then ops_remove "/etc/apt/keyrings/$1.gpg"
}
