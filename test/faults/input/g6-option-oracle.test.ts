import { describe } from 'vitest'
import { dialects } from '../../resources/option/oracle/dialects.ts'
import { lacks, readers } from '../../resources/option/oracle/readers.ts'
import { sweep } from '../../resources/option/oracle/sweep.ts'
import { Place, shells } from '../../resources/shells.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { faultClass } from '../instruments/fault-class.ts'

/** Edits of each format; `npm test` has a few of its own in test/resources/option/oracle.test.ts. */
const edits = Number(process.env.OPS_ORACLE ?? 200)

describe('a file of settings', () => {
  faultClass({
    id: 'G6',
    title:
      'an edit of one key means to the program that reads the file what was asked, and nothing else, or is refused',
    invariants: ['I2', 'I3', 'I4'],
    quick: 0,
    cases: () =>
      Object.entries(dialects).flatMap(([name, dialect]) => {
        const missing = [...new Set(dialect.readers.flatMap(each => lacks(readers[each])))]
        return Array.from({ length: edits }, (_, index) => ({
          id: `${name}, edit ${index + 1}`,
          async run() {
            if (missing.length > 0) return { skipped: `needs ${missing.join(', ')}` }
            const place = new Place(shells[index % shells.length] ?? { name: 'sh', argv: ['/bin/sh'] })
            try {
              const { wrong, refused } = sweep(place, dialect, 1_000_000 + 1000 * index, 1)
              if (wrong[0] !== undefined) throw new BrokenInvariant('I2', wrong[0])
              return refused > 0 ? { note: 'refused, the file as it was' } : {}
            } finally {
              place.remove()
            }
          },
        }))
      }),
  })
})
