import { describe } from 'vitest'
import { appliesOn } from './apply-host.ts'

describe('on dash', () => appliesOn('dash'))
