import { describeReal } from '../hosts/available.ts'
import { thinLine } from './thin-line.ts'

describeReal('the thin line of everything on Debian 11 (bullseye)', () => thinLine('bullseye', '11'))
