import { afterEach, beforeEach, expect, test } from 'vitest'
import { batchFunctions } from '../../../src/engine/batch/runtime.ts'
import { lacking } from '../../needs.ts'
import { makePlace, type Place } from '../shell-session.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

test.each(['dash', 'bash', 'busybox'].filter(each => !lacking(each)))(
  'an end that is asked for now waits for no tick, in %s',
  async shell => {
    const { session } = place.open(shell)
    // Between two ticks lies all time, so that only the word itself can end the step.
    const script = `${batchFunctions}
sleep() { case $1,$ops_quiet in 1,?*) exec sleep 3600 ;; *) command sleep "$1" ;; esac; }
ops_try() {
ops_begin 'a test' || return 0
ops_watch
until read -r ops_nap ops_ticks <"$OPS_DIR/nap" && [ -n "$ops_ticks" ]; do :; done
exec 5>&1
ops_child_of 0 3600 'ops_frame run 0 >&5; exec sleep 3000' "$OPS_DIR/log.0" "$OPS_DIR/log.0"
ops_frame look "$ops_code"
}
ops_try
ops_done`
    const codes: string[] = []
    await session.trip(script, {
      heartbeat: true,
      silenceMs: 60_000,
      header: kind => {
        if (kind === 'run') session.command('kill')
      },
      frame: ({ kind, args }) => {
        if (kind === 'look') codes.push(...args)
      },
    })
    session.close()
    expect(codes).toEqual(['143'])
  },
)
