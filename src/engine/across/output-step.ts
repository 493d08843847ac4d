/** What another host is asked for a value: a file's text, or what a read-only command prints. */
import { z } from 'zod'
import { raw, sh } from '../../shell/sh.ts'
import { answerType } from '../asked.ts'
import type { Claim } from '../claims.ts'
import { resource } from '../step.ts'

const longest = 65_536
/** What travels at most: beyond the longest value there is no end mark, or one that comes too late. */
const window = longest + '\nended 255\n'.length

/** What steps may touch that changes facts: names, addresses, the kernel. A free command may change any. */
const behindFacts: readonly Claim[] = [
  'path:/etc/hostname',
  'path:/etc/machine-id',
  'path:/etc/os-release',
  'path:/usr/lib/os-release',
  'path:/etc/network/',
  'path:/etc/netplan/',
  'path:/etc/systemd/network/',
  'path:/etc/sysctl.conf',
  'path:/etc/sysctl.d/',
  'pkg:*',
  'unit:*',
]

/** Never written in a recipe: `output()` makes it, and the run puts it behind the steps of the host that is read from. */
export const outputStep = resource({
  type: answerType,
  doc: 'A value of this host that other hosts read.',
  params: z.strictObject({
    name: z.string(),
    file: z.string().startsWith('/').optional(),
    run: z.string().optional(),
    isFacts: z.boolean().default(false),
  }),
  examples: [
    { title: 'A file', params: { name: 'key', file: '/etc/app.pub' } },
    { title: 'A command', params: { name: 'version', run: 'app --version' } },
  ],
  identity: ({ name }) => name,
  probe: ({ file, run }) =>
    file === undefined
      ? sh`{ ( ${raw('the recipe author wrote this question as shell', run ?? ':')}
) && ops_code=0 || ops_code=$?; printf '\nended %s\n' "$ops_code"; } | head -c ${window}`
      : sh`if [ ! -e ${file} ]; then echo none
else { cat ${file} && ops_code=0 || ops_code=$?; printf '\nended %s\n' "$ops_code"; } | head -c ${window}; fi`,
  parse: (observation, { file }) => {
    if (observation === 'none\n') return { is: 'none', text: '' }
    const [, text = '', code] = /^([\s\S]*)\nended (\d+)\n$/.exec(observation) ?? []
    if (code === undefined) return { is: 'long', text: '' }
    if (code !== '0' && file !== undefined) throw new TypeError(`${file} cannot be read`)
    // An error to whoever reads it, unless steps of this host may bring it yet.
    if (code !== '0') return { is: 'failed', text: code }
    if (/^\n*$/.test(text) && file === undefined) return { is: 'none', text: '' }
    if (text.includes('\uFFFD')) return { is: 'bytes', text: '' }
    if (Buffer.byteLength(text) > longest) return { is: 'long', text: '' }
    return { is: 'there', text: text.replace(/\n+$/, '') }
  },
  desired: () => ({}),
  onlyWatches: true,
  reads: ({ file, isFacts }) => (isFacts ? behindFacts : [file === undefined ? 'any:*' : `path:${file}`]),
  owns: () => [],
  affects: () => [],
})
