/** What another host is asked for a value: a file's text, or what a read-only command prints. */
import { z } from 'zod'
import { raw, sh } from '../../shell/sh.ts'
import { resource } from '../step.ts'

const longest = 65_536

/** Never written in a recipe: `output()` makes it, and the run puts it behind the steps of the host that is read from. */
export const outputStep = resource({
  type: 'output',
  doc: 'A value of this host that other hosts read.',
  params: z.strictObject({
    name: z.string(),
    file: z.string().startsWith('/').optional(),
    run: z.string().optional(),
    isSteady: z.boolean().default(false),
  }),
  examples: [
    { title: 'A file', params: { name: 'key', file: '/etc/app.pub' } },
    { title: 'A command', params: { name: 'version', run: 'app --version' } },
  ],
  identity: ({ name }) => name,
  probe: ({ file, run }) =>
    file === undefined
      ? sh`ops_told=$( ( ${raw('the recipe author wrote this question as shell', run ?? ':')}
) && echo .) && printf 'there\n%s\n' "\${ops_told%.}" || printf 'failed\n%s\n' "$?"`
      : sh`if [ ! -e ${file} ]; then echo none; else echo there; head -c ${longest + 1} ${file}; fi`,
  parse: (observation, { run }) => {
    if (observation === 'none\n') return { is: 'none', text: '' }
    // An error to whoever reads it, unless steps of this host may bring it yet.
    if (observation.startsWith('failed\n')) return { is: 'failed', text: observation.slice(7).trim() }
    const text = observation.replace(/^there\n/, '').replace(/\n+$/, '')
    if (text.length > longest) throw new TypeError('it is longer than 64 KiB')
    return { is: text === '' && run !== undefined ? 'none' : 'there', text }
  },
  desired: () => ({}),
  onlyWatches: true,
  reads: ({ file, isSteady }) => (isSteady ? [] : [file === undefined ? 'any:*' : `path:${file}`]),
  owns: () => [],
  affects: () => [],
})
