import { describe } from 'vitest'
import { everySyscall } from '../instruments/every-syscall.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { cannotTrace } from '../instruments/one-syscall.ts'
import { changingCalls } from '../instruments/syscall-names.ts'

const kills = ['kill all', 'kill one'] as const

describe('a write', () => {
  const skip = cannotTrace()
  faultClass({
    id: 'C1',
    title:
      'a write that is killed at any system call, alone or with all that runs, leaves the old or the new file',
    invariants: ['I1', 'I2', 'I4', 'I7'],
    quick: 6,
    ...(skip !== undefined && { skip }),
    cases: () => [
      ...everySyscall('the commonest', kills),
      // Between two calls that change something, the files are the same whatever is called.
      ...everySyscall('every', kills, changingCalls),
    ],
  })
})
