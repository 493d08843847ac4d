# The functions of `content`, as content.ts describes them.
# Gives the staged file the owner, mode, ACL and attributes that it is to have.
ops_dress() {
  ops_from=${ops_like:-$ops_old} ops_has_mode=
  if [ -n "$ops_from" ] && [ -e "$ops_from" ]; then
    # shellcheck disable=SC2046 # words of stat
    if [ -n "$ops_like" ]; then set -- $(stat -c '%a %u %g' -- "$ops_like")
    else set -- "$ops_mode_was" "$ops_uid_was" "$ops_gid_was"
    fi
    if cp --attributes-only --preserve=all --no-preserve=timestamps,links -- "$ops_from" "./$ops_name" 2>/dev/null
    then ops_has_mode=1
    else chown -- "$2:$3" "./$ops_name" || return 1
    fi
  else
    set -- "$ops_fresh" '' ''
  fi
  [ -z "$ops_owner$ops_group" ] || chown -- "$ops_owner${ops_group:+:$ops_group}" "./$ops_name" || return 1
  # A change of owner takes setuid away; one that a user of the directory has set does not come back for another owner.
  if [ -n "$ops_open" ] && [ -n "$ops_owner" ]; then set -- "${1#"${1%???}"}" "$2" "$3"; fi
  [ -n "$ops_has_mode" ] && [ -z "$ops_mode$ops_owner$ops_group" ] ||
    chmod -- "${ops_mode:-$1}" "./$ops_name" || return 1
  # A change of owner without the right to it can pass in silence.
  # shellcheck disable=SC2046 # words of stat
  set -- "${ops_owner:-$2}" "${ops_group:-$3}" $(stat -c '%u %g %U %G %s' -- "./$ops_name")
  [ -z "$1" ] || [ "$1" = "$3" ] || [ "$1" = "$5" ] || { echo "the owner $1 cannot be set"; return 1; }
  [ -z "$2" ] || [ "$2" = "$4" ] || [ "$2" = "$6" ] || { echo "the group $2 cannot be set"; return 1; }
  [ "${ops_size:-$7}" = "$7" ] || { echo "it has $7 bytes, not $ops_size"; return 1; }
}

# The uploaded file of this hash. Steps for another user have no stage that they may read.
ops_payload() {
  if [ -z "${OPS_STAGE:-}" ]; then
    echo "another user cannot read uploaded files, so name the owner in the step instead of running it as that user" >&2
    return 1
  fi
  cat -- "$OPS_STAGE/$1"
}
# What the file holds already.
ops_present() { cat -- "$ops_old"; }
ops_write() { if [ -n "${ops_joined:-}" ]; then ops_write_joined "$@"; else ops_write_alone "$@"; fi; }
ops_write_alone() (
  set +e
  ops_given=$1
  ops_sha= ops_size= ops_mode= ops_owner= ops_group= ops_like= ops_check= ops_view= ops_late= ops_place= ops_fresh=0644 ops_was_sha= ops_first=
  shift
  while [ "$1" != -- ]; do
    case $1 in
      sha=*) ops_sha=${1#*=};;
      size=*) ops_size=${1#*=};;
      was=*) ops_was_sha=${1#*=};;
      mode=*) ops_mode=${1#*=};;
      owner=*) ops_owner=${1#*=};;
      group=*) ops_group=${1#*=};;
      new=*) ops_fresh=${1#*=};;
      like=*) ops_like=${1#*=};;
      check=*) ops_check=${1#*=};;
      view=*) ops_view=${1#*=};;
      first=*) ops_first=${1#*=};;
      many=*) ;;
      place) ops_place=1;;
      *) ops_fail "ops_write: unknown option $1";;
    esac
    shift
  done
  shift
  ops_follow "$ops_given"
  ops_enter
  ops_regard ..
  case $ops_kind in ''|8) ;; *) ops_moved;; esac
  [ -z "$ops_first" ] || "$ops_first" || exit 98
  ops_said=$("$@" 2>&1 >"./$ops_name") || {
    # The builtins of some shells say "I/O error" whatever it was; cat knows.
    ops_said=$("$@" 2>/dev/null | cat 2>&1 >"./$ops_name") || :
    [ -n "$ops_said" ] || ops_said=$("$@" 2>&1 >/dev/null)
    ops_reason "$ops_said"
    ops_fail "$ops_asked: the new content could not be written beside it (${ops_why:-unknown reason}); nothing was changed"
  }
  ops_arrived "$@"
  if [ -z "$ops_owner$ops_group$ops_like$ops_old" ]; then
    ops_said=$(chmod -- "${ops_mode:-$ops_fresh}" "./$ops_name" 2>&1)
  else ops_said=$(ops_dress 2>&1)
  fi || {
    ops_reason "$ops_said"
    ops_fail "$ops_asked: its mode and owner could not be set ($ops_why); nothing was changed"
  }
  ops_guard_access
  [ -z "$ops_check$ops_view" ] || ops_validate
  ops_keep "$ops_path" "$ops_old"
  if [ -n "$ops_place" ] && [ -n "$ops_old" ]; then
    ops_sole
    ops_as_seen
    ops_left=1
    cat "./$ops_name" >"$ops_old" && sync "$ops_old" || {
      cat "$ops_was" >"$ops_old" && ops_fail "$ops_asked: could not be written in its place; it was put back"
      ops_fail "$ops_asked: was not written whole in its place; its previous content is in $ops_was"
    }
    ops_attributes_now "$ops_old"
    ops_written
  fi
  [ "$ops_names" = 1 ] ||
    echo "ops: note: $ops_path had more than one name (hard links); the others keep the previous content" >&2
  ops_said=$(sync "./$ops_name" 2>&1) || {
    ops_reason "$ops_said"
    ops_fail "$ops_asked: the new content does not reach the disk ($ops_why); nothing was changed"
  }
  ops_rename
  ops_written
)
# PRODUCER...: whether the staged content is whole, and what it replaces is what was looked at.
ops_arrived() {
  if [ -z "$ops_sha" ]; then
    # Without a known hash, the content is made a second time through a pipe, which no full disk can cut.
    "$@" 2>/dev/null | cmp -s - "./$ops_name" || ops_fail "$ops_asked: the new content did not arrive whole; nothing was changed"
    return 0
  fi
  case $ops_was_sha/$ops_old in
    /*|absent/) ops_sum=$(sha256sum <"./$ops_name");;
    absent/*|*/) ops_moved;;
    *) ops_sum=$(sha256sum -- "./$ops_name" "$ops_old");;
  esac
  ops_arrived_hash=${ops_sum#\\}
  [ "${ops_arrived_hash%% *}" = "$ops_sha" ] || ops_fail "$ops_asked: the new content did not arrive whole; nothing was changed"
  case $ops_was_sha in ''|absent) return 0;; esac
  ops_arrived_hash=${ops_sum##*"$ops_newline"} ops_arrived_hash=${ops_arrived_hash#\\}
  [ "${ops_arrived_hash%% *}" = "$ops_was_sha" ] || ops_moved
}
# Files that lock everybody out when they are wrong have a validator of their own, in ops_check, whichever step writes them.
ops_guard_access() {
  case $ops_path in /etc/sudoers*|/etc/ssh/*|/etc/nftables.conf) ;; *) return 0;; esac
  [ -z "$ops_check$ops_view${ops_as_it_was:-}" ] && ! cmp -s -- "./$ops_name" "../$ops_name" || return 0
  case $ops_path in
    /etc/sudoers|/etc/sudoers.d/*) ! command -v visudo >/dev/null || ops_check='visudo -cf "$1"';;
    /etc/ssh/sshd_config) ! [ -d /run/sshd ] || ops_check='/usr/sbin/sshd -t -f "$1"';;
    /etc/nftables.conf) ! nft list tables >/dev/null 2>&1 || ops_check='nft -c -f "$1"';;
  esac
}
# What a validator is told of must be this very file: one on a way that others can bend is shown a copy.
ops_validate() {
  if [ -z "$ops_sha" ]; then
    ops_sum=$(sha256sum <"./$ops_name")
    ops_sha=${ops_sum%% *}
  fi
  ops_shown=$PWD/$ops_name ops_bent=
  ops_sure_way || ops_bent=1
  if [ -n "$ops_check" ] && [ -n "$ops_bent" ] && [ -n "${OPS_DIR:-}" ]; then
    ops_shown=$OPS_DIR/check/$ops_name
    rm -rf -- "$OPS_DIR/check" && mkdir -- "$OPS_DIR/check" && cp -p -- "./$ops_name" "$ops_shown" ||
      ops_fail "$ops_asked: no copy can be made for its validator; nothing was changed"
  fi
  if [ -n "$ops_check" ]; then
    ops_said=$(set -- "$ops_shown"; eval "$ops_check" 2>&1 </dev/null) || {
      ops_said=${ops_said:-"\`$ops_check\` ended with exit code $?"}
      printf '%s\n' "$ops_said" >&2
      ops_fail "$ops_asked: its validator refused the new content (${ops_said##*"$ops_newline"}); nothing was changed"
    }
  fi
  [ -z "$ops_view" ] || ops_judge
  ops_sum=$([ ! -L "./$ops_name" ] && [ -f "./$ops_name" ] && sha256sum <"./$ops_name")
  [ "${ops_sum%% *}" = "$ops_sha" ] ||
    ops_fail "$ops_asked: its validator changed the new content; nothing was changed"
}
# The staged file or link takes its name, where that is as it was looked at. Until then an edit may come: what gives way is
# looked at once more. One that only root can put there is swapped back; another is kept, and told.
ops_rename() {
  ops_as_seen
  if [ -z "$ops_old" ]; then
    ops_said=$(mv -nT -- "./$ops_name" "../$ops_name" 2>&1)
    [ -e "./$ops_name" ] || [ -L "./$ops_name" ] || return 0
    [ ! -e "../$ops_name" ] && [ ! -L "../$ops_name" ] || ops_moved
    ops_not_replaced
  fi
  # A directory gives way where it is empty alone, which only a rename holds to.
  if [ -z "$ops_open" ] && [ "$ops_kind" != 4 ] && ops_swap "./$ops_name" "../$ops_name"; then
    ops_left=1
    ops_alike "./$ops_name" && return 0
    ! ops_swap "./$ops_name" "../$ops_name" || ops_moved
    ops_overwrote "./$ops_name"
    return 0
  fi
  ops_hold_last
  ops_said=$(mv -fT -- "./$ops_name" "../$ops_name" 2>&1) || ops_not_replaced
  [ ! -e ./.ops-last ] || ops_alike ./.ops-last || ops_overwrote ./.ops-last
}
ops_not_replaced() {
  ops_reason "$ops_said"
  ops_hint "../$ops_name"
  case $ops_why in *busy*) ops_hint=", it is a mount point of its own: the param inPlace writes into it";; esac
  ops_fail "$ops_asked: cannot be replaced ($ops_why$ops_hint); nothing was changed"
}
# A second name of what the name is taken from in the next moment.
ops_hold_last() {
  ln -- "../$ops_name" ./.ops-last 2>/dev/null || return 0
  ops_left=1
  ops_alike ./.ops-last || ops_moved
}
# STAGED NAMED: the staged file and what has its name change places in one step of the kernel: renameat2 with RENAME_EXCHANGE, by its number for this machine.
ops_swap() {
  ops_swapped=1
  perl -e 'open F, "<", "/proc/self/exe" or exit 1; read F, $_, 20;
    $n = {62, 316, 183, 276, 243, 276, 3, 353, 40, 382}->{unpack "x18v", $_} or exit 1;
    exit(0 == syscall($n, -100, $ARGV[0], -100, $ARGV[1], 2) ? 0 : 1)' "$1" "$2" 2>/dev/null
}
# FILE: what somebody wrote there in the last moment, and had to give way. It is kept beside what was there before.
ops_overwrote() {
  if [ -L "$1" ]; then ops_gave_way="a symbolic link to $(readlink -- "$1")"
  else
    ops_kept_root && ops_kept_run && ops_gave_way=$ops_run$ops_path.overwritten && mkdir -p -- "${ops_gave_way%/*}" &&
      [ -f "$1" ] && cp -p -- "$1" "$ops_gave_way" 2>/dev/null || ops_gave_way='lost: it could not be kept'
  fi
  printf 'ops: note: %s: somebody else changed it in the moment in which it was replaced; what gave way is %s\n' "$ops_asked" "$ops_gave_way" >&2
}
