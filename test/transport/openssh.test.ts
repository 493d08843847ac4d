import { describe } from 'vitest'
import { conforms } from './conformance.ts'
import { canRunSshd } from './sshd.ts'

describe.skipIf(!canRunSshd())('the openssh backend', () => conforms('openssh'))
