/** After every `as wanted`, the programs that a file belongs to agree, and read every other key as before. */
import { expect, onTestFinished, test } from 'vitest'
import { Place, shells } from '../shells.ts'
import { dialects } from './oracle/dialects.ts'
import { lacks, readers } from './oracle/readers.ts'
import { sweep } from './oracle/sweep.ts'

const edits = Number(process.env.OPS_ORACLE ?? 6)
const firstSeed = Number(process.env.OPS_ORACLE_SEED ?? 1)

for (const [name, dialect] of Object.entries(dialects)) {
  const missing = [...new Set(dialect.readers.flatMap(each => lacks(readers[each])))]
  const title = `an option of ${name} means what it says to ${dialect.readers.join(', ')}`
  if (missing.length > 0) test.skip(`${title}: it needs ${missing.join(', ')}`, () => {})
  else
    test(title, { timeout: 240_000 + edits * 1000 }, () => {
      const place = new Place(shells[0] ?? { name: 'sh', argv: ['/bin/sh'] })
      onTestFinished(() => place.remove())
      const { made, asWanted, wrong } = sweep(place, dialect, firstSeed, edits)
      expect(wrong.slice(0, 3).join('\n\n')).toBe('')
      expect((100 * (made + asWanted)) / edits).toBeGreaterThanOrEqual(dialect.made)
    })
}
