import { describe } from 'vitest'
import { conforms } from './conformance.ts'
import { canRunSshd } from './sshd.ts'

describe.skipIf(!canRunSshd())('the ssh2 backend', () => conforms('ssh2'))
