import { describe } from 'vitest'
import { shells } from '../../resources/shells.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { isMended, notHit } from '../instruments/every-syscall.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { cannotTrace, type Traced, traced } from '../instruments/one-syscall.ts'
import { isOldOrNew } from '../instruments/picture.ts'
import { cannotCutPower, Disk } from '../instruments/power-cut.ts'
import { StartedWrite } from '../instruments/started-write.ts'
import { changingCalls } from '../instruments/syscall-names.ts'
import { type Write, writes } from '../instruments/writes.ts'

const [shell = { name: 'sh', argv: ['/bin/sh'] }] = shells

/** One write on a disk of its own. The power goes at a call, or, with 0, right after the write said that all is well. */
function powerCut(
  write: Write,
  at: number,
): { before: string; found: string; after: string; isHit: boolean; calls: readonly string[] } {
  let disk: Disk | undefined
  const each = new StartedWrite(write, shell, folder => {
    disk = new Disk(folder)
  })
  let tracer: Traced | undefined
  try {
    disk?.settle()
    const before = each.managed()
    const done = each.runBy(
      argv => {
        tracer = traced(argv, { fault: 'look and kill all', at, calls: changingCalls })
        return tracer.argv
      },
      { HOOK: disk?.freeze ?? '' },
    )
    const after = each.managed()
    const { calls = [], hit } = tracer?.outcome() ?? {}
    if (hit === undefined) {
      if (done.code !== 0) throw new Error(`undisturbed, it ends with ${done.code}: ${done.stderr}`)
      disk?.freezeNow()
    }
    disk?.comeBack()
    const found = each.managed()
    isMended(each)
    return { before, found, after: hit === undefined ? after : '', isHit: hit !== undefined, calls }
  } finally {
    tracer?.remove()
    disk?.remove()
    each.remove()
  }
}

function* cases(): Generator<FaultCase> {
  for (const write of writes) {
    const whole = powerCut(write, 0)
    yield {
      id: `${write.name}: the power goes right after it is done`,
      fault: `${write.name}: after the end`,
      run: async () => {
        const { found, after } = powerCut(write, 0)
        if (found !== after) throw new BrokenInvariant('I2', `it was done, and the disk holds: ${found}`)
      },
    }
    for (const [index, call] of whole.calls.entries()) {
      yield {
        id: `${write.name}: the power goes at call ${index + 1} of ${whole.calls.length}, ${call}`,
        fault: `${write.name}: at ${call}`,
        run: async () => {
          const { found, isHit } = powerCut(write, index + 1)
          if (!isOldOrNew(found, whole.before, whole.after))
            throw new BrokenInvariant('I1', `the disk holds neither the old nor the new file: ${found}`)
          return isHit ? {} : { skipped: notHit }
        },
      }
    }
  }
}

describe('a host that loses power', () => {
  const skip = cannotTrace() ?? cannotCutPower()
  faultClass({
    id: 'B11',
    title:
      'a power cut at any change of a write leaves the old or the new file on the disk, and the new one once it is done',
    invariants: ['I1', 'I2', 'I4', 'I7'],
    quick: 4,
    ...(skip !== undefined && { skip }),
    cases: () => [...cases()],
  })
})
