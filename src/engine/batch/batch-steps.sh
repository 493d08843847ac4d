# Steps and guards, as runtime.ts describes them.
ops_quietly() {
  [ "$ops_over" != broken ] || return 0
  case $1/$ops_dirty in guard/* | */) ops_clock look ;; *) ops_clock proof ;; esac
  true >"$OPS_DIR/$1" && ops_child_of "$1.probe" "$ops_patience" "$2" "$OPS_DIR/$1" "$OPS_DIR/complaints" &&
    printf '\n%s' "$ops_code" >>"$OPS_DIR/$1" || ops_full
  [ ! -e "$OPS_DIR/overdue.$ops_turn" ] || ops_patience=$ops_impatient_seconds
} 2>/dev/null
ops_child_of() {
  ops_turn=$((ops_turn + 1))
  echo "$1 $2 $ops_turn" >"$OPS_DIR/now"
  ( eval "$3" ) </dev/null >>"$4" 2>>"$5" 8<&- 9>&- &
  ops_child=$!
  while :; do
    wait "$ops_child"; ops_code=$?
    kill -0 "$ops_child" 2>/dev/null || break
  done
  echo '- 0' >"$OPS_DIR/now"
  ops_tries=0
  while [ "$ops_tries" -lt 100 ] && { [ -e "$OPS_DIR/kill" ] || { [ -e "$OPS_DIR/overdue.$ops_turn" ] && [ ! -e "$OPS_DIR/ended.$ops_turn" ]; }; }; do
    # What ends the step may end this nap too.
    sleep 0.1 2>/dev/null || [ "$?" -gt 128 ] || { sleep 1; ops_tries=$((ops_tries + 9)); }
    ops_tries=$((ops_tries + 1))
  done
  [ ! -e "$OPS_DIR/overdue.$ops_turn" ] || { ops_frame overdue "${1%.*}"; ops_code=124; }
}
ops_same() {
  case $2 in
    =*)
      ops_text= ops_line=
      while IFS= read -r ops_line; do ops_text="$ops_text$ops_line
"; done <"$OPS_DIR/$1"
      [ "=$ops_text$ops_line" = "$2" ] ;;
    *) ops_sum=$(sha256sum <"$OPS_DIR/$1"); [ "${ops_sum%% *}" = "$2" ] ;;
  esac
}
# K SECONDS TEXT: runs it with errors ending it; sets ops_code.
ops_run() {
  ops_clock act
  ops_child_of "$1" "$2" "set -e
$3" "$OPS_DIR/log.${1%.*}" "$OPS_DIR/log.${1%.*}"
}
ops_step() {
  ops_to_arm=$ops_arming ops_arming=
  [ -z "$ops_over" ] || return 0
  [ -z "$ops_unproved" ] || { ops_prove_member "$@"; return; }
  [ ! -e "$OPS_DIR/stop" ] || { ops_frame stopped "$1" "$(cat "$OPS_DIR/stop")"; ops_over=stopped; return 0; }
  if [ -n "$ops_dirty" ]; then
    ops_quietly guard "$4"
    [ -z "$ops_over" ] || return 0
    ops_same guard "$2" || { ops_frame surprise "$1"; ops_over=surprise; return 0; }
  fi
  [ -n "$5" ] || return 0
  true >"$OPS_DIR/log.$1" || { ops_full; return 0; }
  if [ -n "$ops_to_arm" ]; then
    ! ops_access_late || { ops_pause "$1"; return 0; }
    ops_run "$1.arm" 60 "$ops_to_arm"
    [ "$ops_code" = 0 ] || { ops_frame unarmed "$1"; tail -c 4000 "$OPS_DIR/log.$1"; ops_over=failed; return 0; }
    if [ -e "$OPS_DIR/armed" ]; then
      rm -f "$OPS_DIR/armed"; read -r ops_up ops_idle </proc/uptime
      ops_armed_at=${ops_armed_at:-${ops_up%.*}}; ops_frame armed "$1"
    fi
  fi
  ops_frame run "$1"; ops_frame run "$1" >&2
  ops_note run "$1"
  ops_dirty=yes
  ops_run "$1" "$3" "$5"
  if [ "$ops_code" = 0 ] && [ -n "$6" ]; then ops_run "$1.settle" "$7" "$6"; [ "$ops_code" = 0 ] || ops_frame unsettled "$1"; fi
  ops_result=$ops_code
  ! ops_put_back "$1" || return 0
  true >"$OPS_DIR/complaints"
  ops_prove "$1" "$2" "$4" "$1"
}
# K: whether the step was ended and what it did is to be put back; sets ops_over then.
ops_put_back() {
  [ "$ops_result" != 0 ] && [ "$(cat "$OPS_DIR/stop" 2>/dev/null)" = restore ] || return 1
  ops_frame stopped "$1" restore; ops_over=stopped
}
# K GUARD PROBE K-OF-LOG: tells how it ended and what is there now; sets ops_over where the batch ends with it.
ops_prove() {
  ops_quietly proof "$3"
  [ -z "$ops_over" ] || return 0
  ops_unmoved=
  ! ops_same proof "$2" || ops_unmoved=yes
  if [ "$ops_result" != 0 ]; then ops_over=failed; elif [ -n "$ops_unmoved" ]; then ops_over=nothing; fi
  [ -z "$ops_over" ] || { ops_frame said "$1"; cat "$OPS_DIR/log.$4" "$OPS_DIR/complaints" | tail -c 4000; }
  [ ! -s "$OPS_DIR/kept" ] || { ops_frame kept "$1"; cat "$OPS_DIR/kept"; rm -f "$OPS_DIR/kept"; }
  ops_note "done" "$ops_result" end "$1"
  ops_frame proof "$1" "$ops_result"
  case $2 in =*) printf %s "$ops_text$ops_line" ;; *) cat "$OPS_DIR/proof" ;; esac
}
ops_still() {
  [ -z "$ops_over" ] || return 0
  [ ! -e "$OPS_DIR/stop" ] || return 1
  [ -n "$ops_dirty" ] || return 0
  ops_quietly guard "$2"
  [ -n "$ops_over" ] || ops_same guard "$1"
}
ops_pause() { [ -n "$ops_over" ] || { ops_frame paused "$1"; ops_over=paused; }; }
ops_done() {
  [ -n "$OPS_DIR" ] || return 0
  ! command -v ops_sweep >/dev/null || ops_sweep
  ops_unwatch
  trap - HUP TERM
  ops_syncs_took
  ops_spent
  ops_record_end
  ops_journal=$(cat "$OPS_DIR/journal"; echo .); ops_journal=${ops_journal%.}
  rm -rf "$OPS_DIR"
  case $ops_over in surprise | paused) ops_watchdog ;; *) rm -rf "$OPS_STAGE"; ops_access_end; [ -n "$ops_lock_kept" ] || { true >"$ops_base/holder"; exec 9>&-; ops_locked=; } ;; esac
  unset OPS_DIR OPS_STAGE
}
