import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batchFunctions } from '../../../src/engine/batch/runtime.ts'
import { lacking } from '../../needs.ts'
import { makePlace, type Place } from '../shell-session.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

/** Runs lines between the beginning and the end of a batch, and one before it; gives what `ops_show NAME` framed, in order. */
async function observed(shell: string, lines: string, before = ''): Promise<string[]> {
  const { session } = place.open(shell)
  const frames: string[] = []
  const script = `${batchFunctions}
ops_show() { ops_frame look "$1"; cat "$OPS_DIR/$1"; }
ops_try() {
${before}
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

    test('a disk that takes nothing any more, where it would write that a verdict is told, ends no batch', async () => {
      mkdirSync(join(place.folder, 'lib/access'), { recursive: true })
      writeFileSync(join(place.folder, 'lib/access/verdict'), 'verdict=confirmed\n')
      const lines = "ops_quietly guard 'echo fine'; ops_show guard"
      expect(await observed(shell, lines, 'mount -o remount,bind,ro /var/lib/ops')).toEqual(['fine\n\n0'])
    })

    test('what outlives its deadline is ended also where no file can be made any more', async () => {
      const lines = `ops_quietly guard 'echo fine'
ops_full_at=0; while true >"/run/full.$ops_full_at"; do ops_full_at=$((ops_full_at + 1)); done 2>/dev/null
ops_patience=1
ops_quietly guard 'sleep 300'; ops_show guard`
      const before = 'mount -t tmpfs -o nr_inodes=60 none /run'
      expect(await observed(shell, lines, before)).toEqual([expect.stringMatching(/^\n1(?:37|43)$/)])
    })
  },
)
