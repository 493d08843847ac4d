import { describeWith } from '../needs.ts'
import { appliesOn } from './apply-host.ts'

describeWith('busybox')('on busybox', () => appliesOn('busybox'))
