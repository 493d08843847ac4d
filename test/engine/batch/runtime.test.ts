import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batchFunctions } from '../../../src/engine/batch/runtime.ts'
import { lacking } from '../../needs.ts'
import { makePlace, type Place } from '../shell-session.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

/** Runs lines between the beginning and the end of a batch; gives what `ops_show NAME` framed, in order. */
async function observed(shell: string, lines: string): Promise<string[]> {
  const { session } = place.open(shell)
  const frames: string[] = []
  const script = `${batchFunctions}
ops_show() { ops_frame look "$1"; cat "$OPS_DIR/$1"; }
ops_try() {
ops_begin 'a test' || return 0
ops_watch
${lines}
}
ops_try
ops_done`
  await session.trip(script, {
    heartbeat: true,
    silenceMs: 60_000,
    frame: frame => {
      if (frame.kind === 'look') frames.push(frame.body.toString('utf8'))
    },
  })
  session.close()
  return frames
}

describe.each(['dash', 'bash', 'busybox'].filter(each => !lacking(each)))(
  'looks of one name in a batch, in %s',
  shell => {
    test('one that outlives its deadline says nothing of the next', async () => {
      const lines = `ops_patience=1
ops_quietly guard 'sleep 300'; ops_show guard
ops_quietly guard 'echo fine'; ops_show guard`
      expect(await observed(shell, lines)).toEqual(['\n124', 'fine\n\n0'])
    })

    test('many that are quick share no deadline', async () => {
      const lines = `ops_patience=2
for ops_each in 1 2 3 4 5; do ops_quietly guard 'sleep 0.9'; done
ops_show guard`
      expect(await observed(shell, lines)).toEqual(['\n0'])
    })
  },
)
