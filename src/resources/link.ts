/** One symbolic link. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { lackingDirectory, look, lookLibrary, lookMany, readLook, refusedWay } from './paths/look.ts'
import { entryPath, oneLine } from './paths/params.ts'

const params = z.strictObject({
  path: entryPath.describe('Where the link is.'),
  to: oneLine.min(1).describe('What it points to, exactly as it is written into the link.'),
})

/** `link {path, to}`. */
export const link = resource({
  type: 'link',
  doc: 'One symbolic link, replaced in one move; a real file or directory is never replaced by one.',
  undone: 'Its file is put back as it was, or goes where there was none.',
  params,
  examples: [
    {
      title: 'Enable an nginx site',
      params: { path: '/etc/nginx/sites-enabled/app', to: '../sites-available/app' },
    },
    { title: 'The current release', params: { path: '/srv/app/current', to: '/srv/app/releases/42' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, writeLibrary],
  refuses: true,
  printsVariables: true,
  probe: ({ path }) => look({ path, flags: 'l' }),
  probeMany: many => lookMany(many.map(({ path }) => ({ path, flags: 'l' }))),
  parse: observation => {
    const found = readLook(observation)
    const kind = found.get('kind') ?? ''
    return kind === 'link'
      ? { state: 'present', to: found.get('to') ?? '' }
      : { state: kind, ...refusedWay(found) }
  },
  desired: ({ to }) => ({ state: 'present', to }),
  impossible: ({ state, why }, { path }) => {
    if (state === 'refused') return String(why)
    return state === 'present' || state === 'absent'
      ? undefined
      : `${path} is a ${state}, not a symbolic link`
  },
  lacks: lackingDirectory,
  joins: () => true,
  apply: ({ actual }, { path, to }) => {
    const { state, to: before } = actual
    const seen = state === 'absent' ? ['was=absent'] : before === undefined ? [] : [`to=${before}`]
    return [sh`ops_symlink ${path} ${to} ${seen}`]
  },
  wayBack: () => 'files',
  owns: ({ path }) => [`path:${path}`],
  changesBy: () => 'name',
  // A file or directory of this path is what it leads to.
  promises: ({ path }) => [{ of: `path:${path}`, is: 'there' }],
  redirects: ({ path }) => [`path:${path}/`],
  leadsTo: given => given,
})
