/** How a wait takes what the programs say that it asks with: each program is played by one that answers as it is told. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { waitFor } from '../../../src/resources/wait-for.ts'
import { Place, shells } from '../shells.ts'

describe.each(shells)('a wait for an address, in $name', shell => {
  /** Ends with each of these exit codes in turn, and then answers. */
  const asked = (...codes: readonly number[]) => {
    const place = new Place(shell)
    const programs = join(place.root, 'programs')
    mkdirSync(programs)
    const calls = join(place.root, 'calls')
    const turns = codes.map((code, at) => `${at + 1}) exit ${code} ;;`).join(' ')
    writeFileSync(
      join(programs, 'curl'),
      `#!/bin/sh\necho x >>'${calls}'\ncase $(($(wc -l <'${calls}'))) in ${turns} esac\nprintf 'well\\n200'\n`,
    )
    writeFileSync(join(programs, 'sleep'), '#!/bin/sh\n')
    for (const name of ['curl', 'sleep']) chmodSync(join(programs, name), 0o755)
    place.environment.PATH = `${programs}:${place.environment.PATH ?? process.env.PATH}`
    try {
      const { resource, params } = waitFor({ url: 'http://192.0.2.1/', limitSeconds: 60 })
      const { code, stderr } = place.apply(resource, params)
      return { code, stderr, calls: readFileSync(calls, 'utf8').length / 2 }
    } finally {
      place.remove()
    }
  }

  test('goes on where a service ends or begins in the middle of its answer', () => {
    const cut = [8, 16, 18, 56]
    expect(asked(...cut)).toEqual({ code: 0, stderr: '', calls: cut.length + 1 })
  })

  test('ends where the program itself cannot ask', () => {
    expect(asked(7, 2)).toMatchObject({ code: 1, stderr: expect.stringContaining('exit code 2') })
  })
})
