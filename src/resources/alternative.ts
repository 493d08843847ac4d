/** Which of several programs has a name: Debian's update-alternatives(1). */
import text from './alternative/alternative.sh'
import { entryPath, ownShell, printed, resource, sh, z } from './written-with.ts'

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^\w[\w.+:@-]*$/, 'must be the name of alternatives, such as editor or x-www-browser')
      .describe('The name, as `update-alternatives --get-selections` lists it: `editor`.'),
    path: entryPath.optional().describe('The choice, as a package offers it: `/usr/bin/vim.basic`.'),
    mode: z
      .enum(['manual', 'auto'])
      .default('manual')
      .describe('`auto`: whatever has the highest priority, now and when packages come and go.'),
  })
  .refine(({ mode, path }) => (mode === 'auto') === (path === undefined), {
    message: '`path` is needed, unless `mode` is `auto`: then there is none',
  })

/** What `to` is where the best choice is wanted and chosen; never a path. */
const best = 'the best choice'

const read = printed('known', 'mode', 'to', 'best', 'offered', 'offers', 'links')

const databaseOf = (name: string) => `path:/var/lib/dpkg/alternatives/${name}` as const
const linkOf = (name: string) => `path:/etc/alternatives/${name}` as const

/** `alternative {name, path, mode}`. */
export const alternative = resource({
  type: 'alternative',
  doc: "Which of several programs has a name such as `editor`, by Debian's update-alternatives.",
  undone: 'The former choice comes back, or the automatic one.',
  params,
  examples: [
    { title: 'Vim as the editor', params: { name: 'editor', path: '/usr/bin/vim.basic' } },
    { title: 'Back to whatever Debian thinks best', params: { name: 'pager', mode: 'auto' } },
  ],
  identity: ({ name }) => name,
  library: ownShell('alternative', text),
  probe: ({ name, path }) => sh`ops_alternative_look ${name} ${path ?? ''}`,
  parse: (observation, { path }) => {
    const found = read(observation)
    return {
      ...found,
      to: path === undefined && found.to === found.best && found.to !== 'none' ? best : found.to,
    }
  },
  // A choice whose file is gone is offered no more, though the links may still lead to it.
  desired: ({ mode, path }) => ({ mode, to: path ?? best, offered: 'yes', links: 'whole' }),
  impossible: ({ known, offered, offers, links }, { name, path }) => {
    if (known === 'no')
      return `the host has no alternatives named ${name}: is the package there, and the name right?`
    if (offered === 'no')
      return offers === ''
        ? `nothing is offered as ${name}`
        : `${path} is not offered as ${name}, but ${offers}`
    return links === 'whole' || links === 'broken'
      ? undefined
      : `${links} is not a link, and update-alternatives would leave it as it is: move it away`
  },
  apply: (_change, { name, path }) => [
    path === undefined
      ? sh`update-alternatives --auto ${name}`
      : sh`update-alternatives --set ${name} ${path}`,
  ],
  wayBack: ({ actual: { mode, to } }, { name }) => {
    if (mode === 'auto') return { params: { name, mode } }
    return to === 'none' ? { cannot: `${name} led nowhere` } : { params: { name, path: String(to) } }
  },
  owns: ({ name }) => [linkOf(name), databaseOf(name)],
  changesBy: (path, { name }) => (linkOf(name) === `path:${path}` ? 'name' : 'new file'),
  affects: ({ name }, detail) => [
    linkOf(name),
    databaseOf(name),
    ...detail.split('\n').flatMap(path => (path === '' ? [] : [`path:${path}` as const])),
  ],
  reads: () => ['pkg:*'],
})
