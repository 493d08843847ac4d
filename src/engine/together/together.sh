# Steps that are done as one act, as together-shell.ts describes them.
ops_together() {
  [ -z "$ops_over" ] || return 0
  [ ! -e "$OPS_DIR/stop" ] || return 1
  if [ -n "$ops_dirty" ]; then
    ops_quietly guard "$5"
    [ -z "$ops_over" ] || return 0
    ops_same guard "$4" || return 1
  fi
  true >"$OPS_DIR/log.$1" && ops_reached "$1" || { ops_full; return 0; }
  ops_member_names=$6
  ops_frame run "$1" $ops_member_names; ops_frame run "$1" $ops_member_names >&2
  ops_note run $ops_member_names
  ops_dirty=yes ops_group_at=$1
  ops_run "$1" "$3" "ops_do_members $ops_member_names"
  ops_result=$ops_code
  # What a kill cut short may have its name and not be on the disk.
  [ "$ops_result" -lt 124 ] || ops_run "$1.sync" 60 sync
  ! ops_put_back "$1" || return 0
  true >"$OPS_DIR/complaints"
  ops_members=$ops_member_names
  ops_reached= ops_wide=
  [ "$ops_result" = 0 ] || read -r ops_reached ops_wide <"$OPS_DIR/reached"
  ops_quietly proof "${8:-$5}"
  [ -z "$ops_over" ] || return 0
  if [ "$ops_code" != 0 ]; then ops_unproved=yes; return 1; fi
  if [ "$ops_result" != 0 ]; then ops_over=failed; elif ops_same proof "$7"; then ops_over=nothing; fi
  [ -z "$ops_over" ] || { ops_frame said "${ops_reached:-$1}"; cat "$OPS_DIR/log.$1" "$OPS_DIR/complaints" | tail -c 4000; }
  [ ! -s "$OPS_DIR/kept" ] || { ops_frame kept "$1"; cat "$OPS_DIR/kept"; rm -f "$OPS_DIR/kept"; }
  ops_note "done" "$ops_result" "${ops_reached:-end}$ops_wide" $ops_member_names
  ops_frame proofs "$ops_result" "${ops_reached:-end}$ops_wide" $ops_member_names
  cat "$OPS_DIR/proof"
}
ops_do_members() {
  ops_joined=yes ops_flush=: ops_to_sync= ops_failed=0
  for ops_member; do
    [ "$ops_flush" != : ] || ops_reached "$ops_member"
    ops_do_member || { ops_failed=$?; break; }
  done
  [ "$ops_failed" != 0 ] || $ops_flush || ops_failed=$?
  if [ -n "$ops_to_sync" ]; then
    if [ "$ops_failed" = 0 ]; then ops_others_synced || return; else ops_others_synced || :; fi
  fi
  return "$ops_failed"
}
ops_do_member() { eval "eval \"\${ops_apply_$((ops_member - ops_group_at)):?}\""; }
ops_reached() { echo "$*" >"$OPS_DIR/reached"; }
# Takes what `ops_step` takes: the proof of one of those that were done as one act.
ops_prove_member() {
  case " $ops_members " in *" $1 "*) ;; *) return 0 ;; esac
  ops_all_of_it=$ops_result
  if [ -n "$ops_reached" ]; then
    case $ops_wide, in
      *[-+,]"$1",*) [ "$1" = "$ops_reached" ] || ops_result=1;;
      *)
        case $ops_wide in +*) ;; *) [ "$1" -le "$ops_reached" ] || return 0;; esac
        [ "$1" = "$ops_reached" ] || ops_result=0;;
    esac
  fi
  ops_prove "$1" "$2" "$4" "$ops_group_at"
  ops_result=$ops_all_of_it
}
