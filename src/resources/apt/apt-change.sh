# The functions of `apt-change`, as change.ts describes them.
ops_apt_fail() { echo "$*" >&2; return 1; }
# What apt refuses as a whole, where nothing of this step was done before.
ops_apt_refuse() {
  [ -z "${ops_touched:-}" ] || { ops_apt_fail "$*"; return; }
  echo "$*${ops_refreshed:+ (the package lists are new)}; nothing was changed" >&2
  return 98
}
ops_apt_wait() {
  while ops_lock_holder=$(ops_apt_holder); do
    [ "$ops_left" -gt 0 ] || { ops_said="the package lock is held by $ops_lock_holder, and was for $ops_seconds s"; return 1; }
    [ "$ops_lock_holder" = "$ops_held" ] || echo "ops: waiting for the package lock, held by $ops_lock_holder"
    ops_held=$ops_lock_holder ops_left=$((ops_left - 1))
    sleep 1
  done
}
ops_apt_reason() {
  awk '/^dpkg: error processing/ && !dpkg { dpkg = $0; if (getline > 0) { sub(/^ +/, ""); dpkg = dpkg " " $0 } next }
  /^[EW]: Failed to fetch/ && !fetch { fetch = $0; if (getline > 0 && /^   /) { sub(/^ +/, ""); fetch = fetch " " $0 } next }
  /^[EW]: .*(NO_PUBKEY|EXPKEYSIG|not signed|is not valid yet|has expired)/ && !key { key = $0 }
  /^E: / && !/Sub-process|Unable to fetch some|Unable to correct/ && !other { other = $0 }
  /^[EW]: / { last = $0 }
  END { print dpkg ? dpkg : fetch ? fetch : key ? key : other ? other : last }' "$ops_err"
}
# Runs apt-get; where it fails, ops_said is why.
ops_apt_get() {
  ops_done=
  while :; do
    ops_apt_wait || return 1
    if apt-get -q -y -o Dpkg::Use-Pty=0 -o "DPkg::Lock::Timeout=$ops_left" -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" 2>"$ops_err"; then ops_done=yes; fi
    cat "$ops_err"
    [ -z "$ops_done" ] || return 0
    grep -q '^E: Could not get lock' "$ops_err" && [ "$ops_left" -gt 0 ] || break
    ops_left=$((ops_left - 1))
    sleep 1
  done
  ops_said=$(ops_apt_reason)
  return 1
}
ops_apt_refresh() {
  echo "refreshing the package lists: $1"
  ops_refreshed=yes ops_policy= ops_trouble=
  if ops_apt_get update && ! grep -q '^[EW]: \(Failed to fetch\|Some index\|The repository\)' "$ops_err"; then touch /var/lib/apt/lists; return 0; fi
  ops_trouble=$(ops_apt_reason)
  [ -z "$ops_held" ] || [ "$ops_left" -gt 0 ] || ops_apt_fail "apt-get update failed: $ops_said"
}
ops_apt_mend() {
  [ "$ops_run" != complete ] || dpkg-query -W -f '${db:Status-Status}\n' | grep -q '^half-\|^unpacked\|^triggers-' || return 0
  ops_touched=yes
  echo 'dpkg was interrupted: finishing what it left'
  ops_apt_wait || { ops_apt_fail "$ops_said"; return; }
  dpkg --force-confdef --force-confold --configure -a 2>"$ops_err" && { cat "$ops_err"; return 0; }
  cat "$ops_err"
  ops_said=$(ops_apt_reason)
  ops_apt_get --no-remove -f install || ops_apt_fail "dpkg was interrupted before, and what it left cannot be finished: $ops_said; so nothing of this step was done: repair or remove that package (\`dpkg --audit\` names it)"
}
ops_apt_select() {
  ops_bring_names= ops_lost=
  for ops_spec; do
    ops_best=absent
    for ops_spec_name in $ops_spec; do
      ops_apt_status "$ops_spec_name"
      case $ops_package_status in absent) ;; present) ops_best=present; break ;; *) ops_best=$ops_words ;; esac
    done
    case $ops_best in
      present) ;;
      absent) if ops_apt_choose "$ops_spec"; then ops_bring_names="$ops_bring_names $ops_chosen"; else ops_lost=$ops_spec; fi ;;
      *) ops_bring_names="$ops_bring_names $ops_best" ops_again_words=--reinstall ;;
    esac
  done
}
# Steps that are done together: one transaction for the packages of all.
ops_apt_hold() {
  [ -n "${ops_apt_held:-}" ] || ops_apt_held=' ' ops_apt_how="$1 '$2' '$3' $4 $5" ops_all_names= ops_apt_specs=
  ops_flush=ops_apt_end ops_apt_held="$ops_apt_held$ops_member " ops_all_names="$ops_all_names $ops_apt_names"
  shift 5
  ops_member_specs=
  for ops_spec; do ops_member_specs="$ops_member_specs '$ops_spec'"; done
  ops_apt_specs=$ops_apt_specs$ops_member_specs
  eval "ops_apt_of_$ops_member=\$ops_member_specs"
}
# SPEC...: whether all of them are as wanted.
ops_apt_there() {
  for ops_spec; do
    ops_found=
    for ops_spec_name in $ops_spec; do
      ops_apt_status "$ops_spec_name"
      case $ops_mode/$ops_package_status in present/present) ops_found=1; break ;; present/*) ;; */absent) ops_found=1 ;; esac
    done
    [ -n "$ops_found" ] || return 1
  done
}
# Where that fails, each is done by itself: one of them is why, and only the others can tell. What came is there.
ops_apt_end() {
  ops_joined= ops_apt_names=$ops_all_names
  eval "ops_apt_change $ops_apt_how $ops_apt_specs" && return 0
  for ops_member in $ops_apt_held; do
    ops_apt_read $ops_all_names || return 1
    eval "eval ops_apt_there \"\$ops_apt_of_$ops_member\"" && continue
    ops_reached "$ops_member" +
    # All of the time to wait for the lock is used up.
    [ -z "$ops_held" ] || [ "$ops_left" -gt 0 ] || return 1
    ops_do_member || return
  done
}
ops_apt_change() {
  [ -z "${ops_joined:-}" ] || { ops_apt_hold "$@"; return; }
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l UCF_FORCE_CONFFOLD=1
  export APT_LISTCHANGES_FRONTEND=none APT_LISTBUGS_FRONTEND=none
  ops_mode=$1 ops_recommends_words=$2 ops_wanted_names=$3 ops_removes=$4 ops_seconds=$5
  shift 5
  ops_apt_components $ops_wanted_names || return 1
  ops_left=$ops_seconds ops_held= ops_said= ops_again_words= ops_refreshed= ops_trouble= ops_err=${OPS_DIR:-$(mktemp -d)}/apt-stderr
  true >"$ops_err" || return 1
  ops_apt_read $ops_apt_names || return 1
  ops_apt_mend || return 1
  ops_apt_read $ops_apt_names
  if [ "$ops_mode" = present ]; then ops_apt_install "$@"; else ops_apt_remove "$@"; fi || return
  command -v needrestart >/dev/null || return 0
  ops_stale_programs=$(needrestart -b -r l -l 2>/dev/null | sed -n 's/^NEEDRESTART-SVC: *//p' | tr '\n' ' ')
  [ -z "$ops_stale_programs" ] || echo "these programs still run the old version and were not restarted: $ops_stale_programs"
}
# The host's own mirrors and keys, with the missing components, in a file beside its sources.
ops_apt_offer() {
  ops_touched=yes
  for ops_style in list sources; do
    ops_copied_sources=$(ops_apt_copy_$ops_style)
    [ -z "$ops_copied_sources" ] || ops_write "/etc/apt/sources.list.d/ops-components.$ops_style" -- printf '%s\n' "$ops_copied_sources" || return 1
  done
  ops_apt_refresh "they are without$ops_lacks" && ops_apt_components $ops_wanted_names || return 1
  [ -z "$ops_lacks" ] || ops_apt_fail "the sources of this host do not offer$ops_lacks${ops_trouble:+; refreshing the lists failed: $ops_trouble}"
}
ops_apt_copy_list() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v parts="$ops_lacks" '
    /^deb / {
      line = $0
      sub(/^deb +(\[[^]]*\] +)?[^ ]+ +[^ ]+ +/, "", line)
      if (line ~ /(^| )main( |$)/) { sub(/ main.*/, ""); print $0 parts }
    }' | sort -u
}
ops_apt_copy_sources() {
  cat /dev/null /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v parts="$ops_lacks" '
    BEGIN { RS = ""; FS = "\n" }
    /(^|\n)Types:[^\n]*deb( |\n|$)/ && /(^|\n)Components:[^\n]* main( |\n|$)/ && !/(^|\n)Enabled: *no/ {
      for (i = 1; i <= NF; i++) if ($i ~ /^Components:/) print "Components:" parts; else if ($i !~ /^#/) print $i
      print ""
    }'
}
ops_apt_install() {
  ops_keep_words=--no-remove
  [ "$ops_removes" = no ] || ops_keep_words=
  if [ -n "$ops_lacks" ]; then
    # Lists that were never fetched name no component.
    ops_lacks=
    ops_apt_fresh || ops_apt_refresh "they are $ops_stale" || return 1
    ops_apt_components $ops_wanted_names
    [ -z "$ops_lacks" ] || ops_apt_offer || return 1
  fi
  ops_apt_select "$@"
  [ -n "$ops_bring_names$ops_lost" ] || return 0
  if ! ops_apt_fresh; then ops_apt_refresh "they are $ops_stale" || return 1
  elif [ -n "$ops_lost" ]; then ops_apt_refresh "they do not know $ops_lost" || return 1
  fi
  ops_apt_select "$@"
  [ -z "$ops_lost" ] || {
    ops_apt_refuse "no package source of this host has $ops_lost${ops_trouble:+; refreshing the lists failed: $ops_trouble}"
    return
  }
  ops_apt_get $ops_keep_words $ops_recommends_words $ops_again_words install $ops_bring_names && return 0
  if [ -z "$ops_refreshed" ] && grep -q '404  *Not Found\|Hash Sum mismatch\|unexpected size' "$ops_err"; then
    ops_apt_refresh 'the mirror has moved on' || return 1
    ops_apt_get $ops_keep_words $ops_recommends_words $ops_again_words install $ops_bring_names && return 0
  fi
  case $ops_said in *'remove is disabled'*)
    ops_also_removed=$(apt-get -s $ops_recommends_words install $ops_bring_names 2>/dev/null | awk '/^Remv / { printf " %s", $2 }')
    ops_apt_refuse "apt-get install$ops_bring_names would remove$ops_also_removed; say \`removes: true\` if that is meant"
    return ;;
  esac
  ops_apt_fail "apt-get install$ops_bring_names failed: $ops_said"
}
ops_apt_remove() {
  ops_bring_names=
  for ops_spec_name; do
    ops_apt_status "$ops_spec_name"
    [ "$ops_package_status" = absent ] || ops_bring_names="$ops_bring_names$ops_words"
  done
  [ -n "$ops_bring_names" ] || return 0
  ops_verb=remove
  [ "$ops_mode" != purge ] || ops_verb=purge
  ops_also_removed=$(apt-get -s "$ops_verb" $ops_bring_names 2>/dev/null |
    awk -v named="$ops_bring_names " '/^(Remv|Purg) / && !index(named, " " $2 " ") { printf " %s", $2 }')
  [ -z "$ops_also_removed" ] || [ "$ops_removes" = yes ] || {
    ops_apt_refuse "apt-get $ops_verb$ops_bring_names would also remove$ops_also_removed; say \`removes: true\` if that is meant"
    return
  }
  ops_apt_get "$ops_verb" $ops_bring_names || ops_apt_fail "apt-get $ops_verb$ops_bring_names failed: $ops_said"
}
