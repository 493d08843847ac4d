import { describe } from 'vitest'
import { appliesOn } from './apply-host.ts'

describe('on bash', () => appliesOn('bash'))
