/** Installs gems of Ruby. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'
import { gemChangeLibrary } from './gem/change.ts'
import { gemLookLibrary } from './gem/look.ts'
import { isRequirement, satisfies } from './gem/version.ts'
import { programFolders } from './paths/program-folders.ts'

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'a gem name has letters, digits and . _ - only')
    .describe('Name of the gem.'),
  version: z
    .string()
    .refine(isRequirement, 'a version (`1.6.3`) or conditions (`~> 7.0, < 7.2`)')
    .optional()
    .describe('An exact version, or conditions such as `~> 7.0`. Left out: any version is fine.'),
  file: z
    .string()
    .startsWith('/', 'a full path on the host')
    .regex(/^[^\p{Cc}]+\.gem$/u, 'a file that ends in .gem')
    .optional()
    .describe('A .gem file on the host to install from, instead of the configured sources.'),
})

const mark: Shell = raw('a variable that the engine sets', '"$OPS_MARK"')

/** `gem {name, version?}`. */
export const gem = resource({
  type: 'gem',
  doc: 'Installs a gem for the ruby that is first in the path; as another user (step option `user`) for that user alone.',
  undone: 'Nothing, and the plan says so: `gem list` says which versions are there.',
  params,
  examples: [
    { title: 'Any version', params: { name: 'puma' } },
    { title: 'A series', params: { name: 'rails', version: '~> 7.0' } },
  ],
  identity: ({ name }) => name,
  probe: ({ name }) => sh`ops_gems '' ${name}`,
  probeMany: many => sh`ops_gems ${mark} ${many.map(each => each.name)}`,
  parse: observation => {
    const versions = /^versions=(.+)$/m.exec(observation)?.[1]
    if (versions === undefined) throw new Error(`the probe of a gem printed no versions: ${observation}`)
    return { version: versions, ...(/^ruby=absent$/m.test(observation) && { ruby: 'absent' }) }
  },
  needs: ({ ruby }) =>
    ruby === 'absent'
      ? {
          what: 'no ruby with its `gem`',
          packages: /^(ruby|jruby)/,
          by: programFolders,
          next: "Put a step before it that installs one, such as apt({ packages: ['ruby-full'] }).",
        }
      : undefined,
  desired: ({ version }) => ({ version: version ?? 'any' }),
  same: (_key, actual, desired) => {
    const versions = actual === 'none' ? [] : String(actual).split(' ')
    return versions.some(version => desired === 'any' || satisfies(version, String(desired)))
  },
  apply: (_change, { name, version, file }) => [
    sh`ops_gem_install ${name} ${file ?? ''} ${file ? ['--local'] : []} ${version === undefined ? [] : ['--version', version]}`,
  ],
  reads: () => ['path:/usr/', 'path:/var/lib/gems/', 'path:/home/', 'path:/root/'],
  owns: () => [],
  affects: () => ['path:/usr/local/', 'path:/var/lib/gems/', 'path:/home/', 'path:/root/'],
  library: [gemLookLibrary, gemChangeLibrary],
  applySeconds: 3600,
})
