import { describe } from 'vitest'
import { everySyscall } from '../instruments/every-syscall.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { cannotTrace, errors, type Fault } from '../instruments/one-syscall.ts'
import { changingCalls, fileCalls } from '../instruments/syscall-names.ts'

describe('a write', () => {
  const skip = cannotTrace()
  faultClass({
    id: 'C2',
    title: 'a write in which any call to the file system fails leaves the old or the new file, and says so',
    invariants: ['I1', 'I2', 'I4', 'I7', 'I8'],
    quick: 6,
    ...(skip !== undefined && { skip }),
    cases: () => [
      ...everySyscall('the commonest', ['EIO'], fileCalls),
      ...everySyscall('every', Object.keys(errors) as Fault[], changingCalls),
    ],
  })
})
