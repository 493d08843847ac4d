/** Shell that writes several files as one act: all are staged and proved, then each gets its name. Two syncs for all of them. */
import { library } from '../library.ts'

/**
 * Part of the write library. Where the engine joins steps (`ops_joined`), `ops_write` only stages, and `ops_write_end` does what is
 * left, in order. Held back is only what is plain: on a way that nobody else can move, a regular file or nothing in its place, no
 * validator. All else, and whatever goes wrong before the first file has its name, is done one by one by `ops_write_alone`, which
 * says what is wrong. Edits of one file that follow each other become one write.
 */
export const joinedFunctions = library('joined', 'apply')`
  ops_write_joined() {
    ops_flush=ops_write_end
    ops_hold "$@" && return 0
    ops_turn_of=$ops_member
    ops_write_end || return
    ops_member=$ops_turn_of
    ops_reached "$ops_member"
    ops_write_alone "$@"
  }
  # Stages what ops_write is asked for; 1: it has to be done by itself.
  ops_hold() {
    ops_asked=$1 ops_sha= ops_mode= ops_owner= ops_group= ops_fresh=0644 ops_was_sha= ops_first=
    shift
    while [ "$1" != -- ]; do
      case $1 in
        sha=*) ops_sha=\${1#*=};;
        was=*) ops_was_sha=\${1#*=};;
        mode=*) ops_mode=\${1#*=};;
        owner=*) ops_owner=\${1#*=};;
        group=*) ops_group=\${1#*=};;
        new=*) ops_fresh=\${1#*=};;
        first=*) ops_first=\${1#*=};;
        size=*) ;;
        *) return 1;;
      esac
      shift
    done
    shift
    umask 077
    [ ! -L "$ops_asked" ] && [ ! -d "$ops_asked" ] && ops_dir=\${ops_asked%/*} && ops_go "\${ops_dir:-/}" || return 1
    ops_name=\${ops_asked##*/}
    ops_path=\${ops_dir%/}/$ops_name
    case $ops_name in ''|.ops-was|.ops-last|.ops-mark) return 1;; esac
    case $ops_path in /etc/sudoers*|/etc/ssh/*|/etc/nftables.conf|*"$ops_newline"*) return 1;; esac
    if [ "$ops_path" = "$ops_last_path" ] && [ -z "$ops_sha$ops_mode$ops_owner$ops_group" ]; then
      # One more edit of the file that was staged last.
      eval "[ -n \"\$ops_text_$ops_held\" ]" || return 1
      case $ops_text in *"$ops_newline".) ops_whole=1;; *) ops_whole=;; esac
      ops_old=$ops_stage/$ops_name
      ops_made "$@" || return 1
      eval "ops_text_$ops_held=\$ops_text ops_whose_$ops_held=\"\$ops_whose_$ops_held \$ops_member\""
      return 0
    fi
    case $ops_held_paths in *"$ops_newline$ops_path$ops_newline"*) return 1;; esac
    [ ! -e "./$ops_name" ] || [ -f "./$ops_name" ] || return 1
    ops_own_way || return 1
    ops_seen= ops_old=
    if [ -e "./$ops_name" ]; then
      [ "$ops_was_sha" != absent ] || return 1
      ops_old=./$ops_name
      if [ -z "$ops_sha" ]; then
        ops_seen=$(stat -c "$ops_identity" -- "./$ops_name" 2>/dev/null) || return 1
      fi
    else case $ops_was_sha in ''|absent) ;; *) return 1;; esac
    fi
    ops_stage_here || return 1
    if [ -n "$ops_sha" ]; then
      ops_text=
      "$@" 2>/dev/null >"$ops_stage/$ops_name" || { rm -f -- "$ops_stage/$ops_name"; return 1; }
    else
      if [ -n "$ops_first" ]; then ops_a=$("$ops_first" 2>/dev/null && echo "$ops_whole.") && ops_whole=\${ops_a%.} || return 1; fi
      ops_made "$@" || { rm -f -- "$ops_stage/$ops_name"; return 1; }
    fi
    [ "$ops_held" != 0 ] || ops_reached "$ops_member"
    ops_held=$((ops_held + 1)) ops_last_path=$ops_path ops_held_paths="$ops_held_paths$ops_path$ops_newline"
    [ -n "$ops_mode" ] || [ -n "$ops_old" ] || ops_mode=$ops_fresh
    eval "ops_whose_$ops_held=\$ops_member ops_dir_$ops_held=\$ops_dir ops_name_$ops_held=\$ops_name ops_sha_$ops_held=\$ops_sha \\
      ops_text_$ops_held=\$ops_text ops_was_$ops_held=\$ops_was_sha ops_seen_$ops_held=\$ops_seen ops_is_$ops_held=\$ops_old \\
      ops_mode_$ops_held=\$ops_mode ops_owner_$ops_held=\$ops_owner ops_group_$ops_held=\$ops_group"
  }
  # PRODUCER...: what it makes of the file, in the stage and, with a dot behind it, in ops_text.
  ops_made() {
    ops_a=$("$@" 2>/dev/null && echo .) || return 1
    printf %s "\${ops_a%.}" 2>/dev/null >"$ops_stage/$ops_name" || return 1
    ops_text=$ops_a
  }
  # Whether nobody else can move or put anything on the way to this directory, or in it.
  ops_own_way() {
    case $ops_own_ways in *"$ops_newline$ops_dir$ops_newline"*) return 0;; esac
    ops_sure_way || return 1
    ops_a=00$(stat -c %a .) || return 1
    case \${ops_a#"\${ops_a%??}"} in [0145][0145]) ;; *) return 1;; esac
    ops_own_ways="$ops_own_ways$ops_dir$ops_newline"
  }
  # The stage in this directory, made when it is first needed.
  ops_stage_here() {
    case $ops_staged in *"$ops_newline$ops_dir$ops_newline"*) return 0;; esac
    ops_stages
    if [ "$ops_staged" = "$ops_newline" ] && [ -n "$ops_stages" ] && [ -s "$ops_stages" ]; then ops_sweep; fi
    for ops_a in .ops.*; do
      case \${ops_a#.ops.} in
        *[!0-9a-f]*|?|??|???) ;;
        *) ops_drop_stage "$ops_a";;
      esac
    done
    [ -z "$ops_stages" ] || echo "\${ops_dir%/}/$ops_stage" >>"$ops_stages"
    ops_staged="$ops_staged$ops_dir$ops_newline"
    trap 'ops_unstage' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 141' PIPE
    trap 'exit 143' TERM
    mkdir -m 0700 -- "$ops_stage" 2>/dev/null
  }
  # Removes all stages with what is left in them.
  ops_unstage() {
    ops_rest=\${ops_staged#"$ops_newline"}
    set --
    while [ -n "$ops_rest" ]; do
      ops_a=\${ops_rest%%"$ops_newline"*}
      set -- "$@" "\${ops_a%/}/$ops_stage"
      ops_rest=\${ops_rest#*"$ops_newline"}
    done
    [ $# = 0 ] || { [ -z "$ops_swapped" ] && rmdir -- "$@" 2>/dev/null; } || rm -rf -- "$@" || return 1
    ops_nothing_held
    ops_stages
    [ -z "$ops_stages" ] || : >"$ops_stages"
  }
  ops_nothing_held() {
    ops_swapped= ops_held=0 ops_last_path= ops_text= ops_staged=$ops_newline ops_held_paths=$ops_newline
  }
  # WORD...: sets them for what is held at ops_n.
  ops_take() {
    for ops_a; do eval "ops_$ops_a=\$ops_\${ops_a}_$ops_n"; done
    ops_path=\${ops_dir%/}/$ops_name ops_new=\${ops_dir%/}/$ops_stage/$ops_name
  }
  # Proves, dresses and names what is staged. Where it fails, ops_member tells whose step that is.
  ops_write_end() {
    [ "$ops_held" -gt 0 ] || { ops_unstage; return; }
    ops_many=$ops_held ops_devices= ops_first_left=1
    if ops_held_proved && ops_held_dressed && ops_held_kept && ops_held_synced; then
      ops_held_named || { ops_failed=$?; ops_unstage; ops_synced; return $ops_failed; }
      ops_unstage
      [ "$ops_first_left" = 1 ] || ops_synced || return
      [ "$ops_first_left" -le "$ops_many" ] || return 0
    fi
    ops_unstage
    ops_held_alone
  }
  # Those that are left, each by itself.
  ops_held_alone() {
    ops_n=$ops_first_left
    while [ "$ops_n" -le "$ops_many" ]; do
      eval "ops_whose=\$ops_whose_$ops_n"
      for ops_member in $ops_whose; do
        ops_reached "$ops_member"
        (ops_joined= ops_kept_for=$ops_member; ops_do_member) || return
      done
      ops_n=$((ops_n + 1))
    done
  }
  # Whether all that was staged is whole, and what it replaces is what was looked at.
  ops_held_proved() {
    set -- && ops_n=0
    while [ "$ops_n" -lt "$ops_many" ]; do
      ops_n=$((ops_n + 1)) && ops_take dir name is seen
      [ -z "$ops_is" ] || [ -n "$ops_seen" ] || set -- "$@" "$ops_path"
    done
    ops_list=
    [ $# = 0 ] || ops_list=$(stat -c "$ops_identity" -- "$@" 2>/dev/null) || return 1
    set -- && ops_n=0
    while [ "$ops_n" -lt "$ops_many" ]; do
      ops_n=$((ops_n + 1)) && ops_take dir name is seen sha was text
      if [ -n "$ops_is" ] && [ -z "$ops_seen" ]; then
        ops_seen=\${ops_list%%"$ops_newline"*} ops_list=\${ops_list#*"$ops_newline"}
        eval "ops_seen_$ops_n=\$ops_seen"
      fi
      # A regular file with one name, that is. Else it is done by itself.
      if [ -n "$ops_seen" ]; then ops_is "$ops_seen" && [ "$ops_kind/$ops_names" = 8/1 ] || return 1; fi
      if [ -z "$ops_sha" ]; then printf %s "\${ops_text%.}" | cmp -s - "$ops_new" || return 1
      else
        set -- "$@" "$ops_new"
        case $ops_was in ''|absent) ;; *) set -- "$@" "$ops_path";; esac
      fi
    done
    [ $# != 0 ] || return 0
    ops_list=$(sha256sum -- "$@" 2>/dev/null) || return 1
    ops_n=0
    while [ "$ops_n" -lt "$ops_many" ]; do
      ops_n=$((ops_n + 1)) && ops_take sha was
      [ -n "$ops_sha" ] || continue
      ops_held_sum "$ops_sha" || return 1
      case $ops_was in ''|absent) ;; *) ops_held_sum "$ops_was" || return 1;; esac
    done
  }
  # HASH: whether it is the next of ops_list.
  ops_held_sum() {
    ops_a=\${ops_list%%"$ops_newline"*} ops_list=\${ops_list#*"$ops_newline"}
    ops_a=\${ops_a#\\} && [ "\${ops_a%% *}" = "$1" ]
  }
  # Owner, mode and attributes: new files that are to have the same get them together.
  ops_held_dressed() {
    ops_dressed=' ' ops_b=0
    while [ "$ops_b" -lt "$ops_many" ]; do
      ops_b=$((ops_b + 1)) && ops_n=$ops_b
      case $ops_dressed in *" $ops_n "*) continue;; esac
      ops_take dir name is seen mode owner group
      if [ -n "$ops_is" ] || { [ -n "$ops_owner$ops_group" ] && [ "$ops_user" != 0 ]; }; then
        (ops_like= ops_size= ops_open= ops_old= && cd -P -- "\${ops_new%/*}" && ops_here &&
          if [ -n "$ops_is" ]; then ops_old=../$ops_name && ops_is "$ops_seen"; else ops_fresh=$ops_mode; fi && ops_dress) >/dev/null 2>&1 || return 1
        continue
      fi
      ops_dress_all "$ops_mode $ops_owner:$ops_group" || return 1
    done
  }
  # MODE OWNER:GROUP.
  ops_dress_all() {
    ops_alike=$1 && set --
    while [ "$ops_n" -le "$ops_many" ]; do
      ops_take dir name is mode owner group
      if [ -z "$ops_is" ] && [ "$ops_mode $ops_owner:$ops_group" = "$ops_alike" ]; then
        set -- "$@" "$ops_new" && ops_dressed="$ops_dressed$ops_n "
      fi
      ops_n=$((ops_n + 1))
    done
    case $ops_alike in
      *' :') ;;
      *:) ops_a=\${ops_alike#* } && chown -- "\${ops_a%:}" "$@" 2>/dev/null || return 1;;
      *) chown -- "\${ops_alike#* }" "$@" 2>/dev/null || return 1;;
    esac
    chmod -- "\${ops_alike%% *}" "$@" 2>/dev/null
  }
  # What each replaces is kept, and the journal tells of it.
  ops_held_kept() {
    ops_told=$ops_newline
    [ -z "\${OPS_DIR:-}" ] || [ ! -s "$OPS_DIR/journal" ] || ops_told=$ops_newline$(cat "$OPS_DIR/journal")$ops_newline || return 1
    ops_n=0
    while [ "$ops_n" -lt "$ops_many" ]; do
      ops_n=$((ops_n + 1)) && ops_take dir name is whose
      ops_member=\${ops_whose%% *}
      case $ops_told in *"$ops_tab$ops_path$ops_newline"*) continue;; esac
      if [ -n "$ops_is" ]; then (ops_keep "$ops_path" "$ops_path") 2>/dev/null || return 1
      elif [ -n "\${OPS_DIR:-}" ]; then printf 'absent\t%s\n' "$ops_path" >>"$OPS_DIR/journal" || return 1
      fi
    done
  }
  # Contents reach the disk before any name does. syncfs(2) tells of errors since Linux 5.8.
  ops_held_synced() {
    set -- && ops_n=0
    while [ "$ops_n" -lt "$ops_many" ]; do
      ops_n=$((ops_n + 1)) && ops_take dir name
      set -- "$@" "$ops_new"
    done
    ops_devices=
    read -r ops_a 2>/dev/null </proc/sys/kernel/osrelease || ops_a=
    case $#/$ops_a in
      [12]/*) ;;
      */[6-9].*|*/[1-9][0-9].*|*/5.[89].*|*/5.[1-9][0-9]*)
        # A directory of each file system.
        ops_list=$(stat -c %d -- "$@" 2>/dev/null) || return 1
        ops_seen=' '
        for ops_new; do
          ops_a=\${ops_list%%"$ops_newline"*} ops_list=\${ops_list#*"$ops_newline"}
          case $ops_seen in *" $ops_a "*) continue;; esac
          ops_new=\${ops_new%/*} && ops_new=\${ops_new%/*} ops_seen="$ops_seen$ops_a " ops_devices="$ops_devices\${ops_new:-/}$ops_newline"
        done
        ops_sync_devices && return 0
        ops_devices=;;
    esac
    sync -- "$@" 2>/dev/null
  }
  ops_sync_devices() {
    set -- && ops_rest=$ops_devices
    while [ -n "$ops_rest" ]; do
      set -- "$@" "\${ops_rest%%"$ops_newline"*}"
      ops_rest=\${ops_rest#*"$ops_newline"}
    done
    sync -f -- "$@" 2>/dev/null
  }
  # Each gets its name, where that is as it was looked at.
  ops_held_named() {
    while [ "$ops_first_left" -le "$ops_many" ]; do
      ops_n=$ops_first_left && ops_take dir name whose seen
      ops_member=\${ops_whose%% *} ops_asked=$ops_path
      ops_reached "$ops_member"
      if [ -n "$ops_seen" ]; then [ "$(stat -c "$ops_identity" -- "$ops_path" 2>/dev/null)" = "$ops_seen" ]
      else [ ! -e "$ops_path" ] && [ ! -L "$ops_path" ]
      fi || { (ops_moved); return; }
      if [ -z "$ops_seen" ]; then
        mv -nT -- "$ops_new" "$ops_path" 2>/dev/null
        if [ -e "$ops_new" ]; then
          [ ! -e "$ops_path" ] && [ ! -L "$ops_path" ] || { (ops_moved); return; }
          return 0
        fi
      elif ops_swap "$ops_new" "$ops_path"; then
        ops_is "$ops_seen"
        ops_alike "$ops_new" || { ops_swap "$ops_new" "$ops_path" && { (ops_moved); return; }; } || ops_overwrote "$ops_new"
      else
        ops_b=\${ops_new%/*}/.ops-last
        ops_is "$ops_seen"
        if ln -f -- "$ops_path" "$ops_b" 2>/dev/null; then ops_alike "$ops_b" || { (ops_moved); return; }; else ops_b=; fi
        mv -fT -- "$ops_new" "$ops_path" 2>/dev/null || return 0
        [ -z "$ops_b" ] || ops_alike "$ops_b" || ops_overwrote "$ops_b"
      fi
      ops_first_left=$((ops_first_left + 1))
    done
  }
  # Names reach the disk.
  ops_synced() {
    [ -z "$ops_devices" ] || { ops_sync_devices && return 0; }
    ops_list=$ops_newline ops_n=1
    while [ "$ops_n" -lt "$ops_first_left" ]; do
      ops_take dir name whose
      ops_n=$((ops_n + 1))
      case $ops_list in *"$ops_newline$ops_dir$ops_newline"*) continue;; esac
      ops_list="$ops_list$ops_dir$ops_newline"
      ops_said=$(sync "$ops_dir" 2>&1) || case $ops_said in *'Invalid argument'*) ;; *)
        ops_member=\${ops_whose%% *}
        ops_reached "$ops_member"
        printf 'ops: %s: is replaced, but its directory does not reach the disk (%s)\n' "$ops_path" "\${ops_said##*: }" >&2
        return 1;;
      esac
    done
  }
  ops_stage=.ops.\${OPS_NONCE:-0} ops_own_ways='
'
  ops_newline=$ops_own_ways ops_tab='	'
  ops_nothing_held
`
