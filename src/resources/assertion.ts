/** A probe with a desired state and no way to bring it about: drift is an error. */
import { z } from 'zod'
import { type Named, named } from '../engine/named-keys.ts'
import { resource } from '../engine/step.ts'
import { raw } from '../shell/sh.ts'
import { oneLine } from './paths/params.ts'

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const params = z.strictObject({
  name: oneLine.min(1).describe('What must be true, as a person would say it.'),
  probe: z
    .string()
    .min(1)
    .describe(
      'Read-only shell for /bin/sh. It must print the same bytes as long as nothing changes, and exit 0.',
    ),
  expect: z
    .union([value, z.record(oneLine.regex(/^[^=]+$/), value)])
    .describe(
      'What it prints, without the final newline; or values of `key=value` lines, others do not count.',
    ),
})

/** `assertion {name, probe, expect}`. */
export const assertion = resource({
  type: 'assertion',
  doc: 'A probe with a desired state and no way to bring it about: drift is an error.',
  params,
  examples: [
    {
      title: 'The clock is synchronized',
      params: {
        name: 'clock',
        probe: 'timedatectl show -p NTPSynchronized',
        expect: { NTPSynchronized: 'yes' },
      },
    },
    { title: 'A 64-bit machine', params: { name: 'architecture', probe: 'uname -m', expect: 'x86_64' } },
  ],
  identity: ({ name }) => name,
  probe: ({ probe }) => raw('the recipe author wrote this probe as shell', probe),
  parse: (observation, { expect }): { output: string } | Named => {
    if (typeof expect === 'string') return { output: observation.replace(/\n+$/, '') }
    const lines = observation.split('\n').flatMap(line => {
      const at = line.indexOf('=')
      const key = line.slice(0, Math.max(at, 0))
      return Object.hasOwn(expect, key) ? [[key, line.slice(at + 1)]] : []
    })
    return named(Object.fromEntries(lines))
  },
  desired: ({ expect }) => (typeof expect === 'string' ? { output: expect } : named(expect)),
  reads: () => ['any:*'],
  owns: () => [],
})
