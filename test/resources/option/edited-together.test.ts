/** Keys of one file that are set as one write: the file has to be what it would be after one write for each key. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { togetherFunctions } from '../../../src/engine/together/together-shell.ts'
import { option } from '../../../src/resources/option.ts'
import { quote } from '../../../src/shell/quote.ts'
import { asIs, librariesOf, Place, shells } from '../shells.ts'

const [shell = { name: 'sh', argv: ['/bin/sh'] }] = shells

/** The same numbers for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const files: readonly string[] = [
  '',
  '\n',
  '# mine\na = 1\n\n[s]\nb=2\n; c=3\nc = 4\n',
  '[s]\r\na = 1\r\nb\r\n[t]\r\na = 2',
  '\ufeff[s]\na=1',
  'a: 1\n[s]\n  b = 2\n  go = on\n',
  '[t]\nx=1\n[s]\na=1\na=2\n[t]\ny=1\n',
  'a=1',
]
const formats: readonly (string | undefined)[] = [
  undefined,
  undefined,
  'mysql',
  'php',
  'python',
  'desktop',
  'plain',
]

test.each(Array.from({ length: 16 }, (_, seed) => seed))(
  'keys of one file that are set as one leave the bytes that they leave one after the other (seed %i)',
  seed => {
    const place = new Place(shell)
    onTestFinished(() => place.remove())
    const random = numbersFrom(seed)
    const before = files[seed % files.length] ?? ''
    const format = formats[random(formats.length)]
    const inputs = Array.from({ length: 2 + random(5) }, (_, each) => ({
      key: `${'abcxy'[random(5)]}${random(2) ? '' : each}`,
      ...((format === 'python' || random(3) > 0) && { section: 'st'[random(2)] ?? 's' }),
      ...(format && { format }),
      ...(random(3) === 0 ? { state: 'absent' } : { value: `v ${each}` }),
    }))
    const textsFor = (path: string) =>
      inputs.flatMap(input => {
        const parsed = option.definition.params.safeParse({ path, ...input })
        return parsed.success
          ? [option.definition.apply?.({ actual: {}, desired: {}, keys: [] }, parsed.data)[0]?.shell ?? '']
          : []
      })
    const run = (path: string, tail: (texts: readonly string[]) => string) => {
      if (before !== '') writeFileSync(path, before)
      const libraries = `${librariesOf(option.definition)}\n${togetherFunctions}`
      const { code } = place.execute(asIs(tail(textsFor(path))), { libraries })
      return { code, text: readFileSync(path, 'utf8') }
    }
    const [alone, together] = [place.path('alone'), place.path('together')]
    const one = run(alone, texts => texts.join('\n'))
    const members = (texts: readonly string[]) => texts.map((_, index) => index).join(' ')
    const other = run(
      together,
      texts =>
        `${texts.map((text, index) => `ops_apply_${index}=${quote(text)}`).join('\n')}\nops_group_at=0; ops_do_members ${members(texts)}`,
    )
    expect(other).toEqual(one)
  },
)
