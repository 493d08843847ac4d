/** The shell functions that do neighbouring steps of one kind as one act on the host. */

/**
 * `ops_together FIRST LAST SECONDS GUARD LOOK MEMBERS BEFORE PROBE` does the changes in `ops_apply_0`, `ops_apply_1` ... of the steps
 * MEMBERS (counted from FIRST), all in one shell. GUARD is the hash of what LOOK has to observe of all steps from FIRST to LAST, BEFORE
 * that of what PROBE (empty: LOOK) observes of MEMBERS until something is done. What follows it as `|| { ops_step ... }` is each of the steps by
 * itself: for when the guard does not hold, or when the proof of all cannot be told (`ops_unproved`).
 *
 * An apply may hold back what it is to do and name in `ops_flush` the function that does it, in order. `ops_member` is whose turn it
 * is, and `ops_reached K` writes down that the steps before K are done: where it ends badly, K is the one that failed, and none after
 * it was touched; `ops_reached K +` says that those after it may be done as well. `ops_do_member` does that step again, alone.
 */
export const togetherFunctions = `
ops_together() {
[ -z "$ops_over" ] || return 0
[ ! -e "$OPS_DIR/stop" ] || return 1
if [ -n "$ops_dirty" ]; then
ops_quietly guard "$5"
[ -z "$ops_over" ] || return 0
ops_same guard "$4" || return 1
fi
true >"$OPS_DIR/log.$1" && ops_reached "$1" || { ops_full; return 0; }
ops_frame run "$1" $6; ops_frame run "$1" $6 >&2
ops_dirty=yes ops_group_at=$1
ops_run "$1" "$3" "ops_do_members $6"
ops_result=$ops_code
# What a kill cut short may have its name and not be on the disk.
[ "$ops_result" -lt 124 ] || ops_run "$1.sync" 60 sync
! ops_put_back "$1" || return 0
true >"$OPS_DIR/complaints"
ops_members=$6
ops_reached= ops_wide=
[ "$ops_result" = 0 ] || read -r ops_reached ops_wide <"$OPS_DIR/reached"
ops_quietly proof "\${8:-$5}"
[ -z "$ops_over" ] || return 0
if [ "$ops_code" != 0 ]; then ops_unproved=yes; return 1; fi
if [ "$ops_result" != 0 ]; then ops_over=failed; elif ops_same proof "$7"; then ops_over=nothing; fi
[ -z "$ops_over" ] || { ops_frame said "\${ops_reached:-$1}"; cat "$OPS_DIR/log.$1" "$OPS_DIR/complaints" | tail -c 4000; }
[ ! -s "$OPS_DIR/kept" ] || { ops_frame kept "$1"; cat "$OPS_DIR/kept"; rm -f "$OPS_DIR/kept"; }
ops_frame proofs "$ops_result" "\${ops_reached:-end}$ops_wide" $6
cat "$OPS_DIR/proof"
}
ops_do_members() {
ops_joined=yes ops_flush=:
for ops_member; do
[ "$ops_flush" != : ] || ops_reached "$ops_member"
ops_do_member || return
done
$ops_flush
}
ops_do_member() { eval "eval \\"\\\${ops_apply_$((ops_member - ops_group_at)):?}\\""; }
ops_reached() { echo "$*" >"$OPS_DIR/reached"; }
ops_prove_member() {
case " $ops_members " in *" $1 "*) ;; *) return 0 ;; esac
ops_all_of_it=$ops_result
if [ -n "$ops_reached" ]; then
[ "$1" -le "$ops_reached" ] || [ -n "$ops_wide" ] || return 0
[ "$1" = "$ops_reached" ] || ops_result=0
fi
ops_prove "$1" "$2" "$4" "$ops_group_at"
ops_result=$ops_all_of_it
}
`
