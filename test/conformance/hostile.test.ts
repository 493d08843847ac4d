import { beforeAll, expect, test } from 'vitest'
import { shells } from '../resources/shells.ts'
import { unquotedParams } from './checks.ts'
import { attacks, fuzz } from './hostile.ts'
import { describeKinds, kinds } from './kinds.ts'

/** All fuzzed strings of one run, over all params of all resources; OPS_FUZZ asks for more, and G1 of `npm run faults` tries thousands. */
const fuzzCount = Number(process.env.OPS_FUZZ ?? 150)

describeKinds(resource => {
  let found: ReturnType<typeof unquotedParams> = {}
  beforeAll(() => {
    const strings = [...attacks, ...fuzz(Math.ceil(fuzzCount / kinds.length), resource.type.length)]
    found = unquotedParams(resource, shells, strings)
  })

  test.each(shells)('hands hostile values to $name as data', ({ name }) => {
    expect(found[name]).toEqual([])
  })
})
