import { expect, test } from 'vitest'
import { shells } from '../resources/shells.ts'
import { describeKinds } from './kinds.ts'
import { deafLooks } from './spoilt-programs.ts'

describeKinds(resource => {
  test.each(shells.slice(0, 1))(
    'takes no program that fails or is missing for an answer, with $name',
    shell => {
      expect(deafLooks(resource, shell)).toEqual([])
    },
    300_000,
  )
})
