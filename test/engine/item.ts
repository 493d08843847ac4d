/** A small resource for engine tests: a file in a folder that holds one line. */
import { z } from 'zod'
import type { Claim } from '../../src/engine/claims.ts'
import { resource } from '../../src/engine/step.ts'
import { joinShell, raw, sh } from '../../src/shell/sh.ts'

const params = z.object({
  path: z.string(),
  value: z.string(),
  /** Shell that runs after the value was written. */
  also: z.string().default(''),
  /** Shell that runs instead of the write. */
  instead: z.string().optional(),
  reads: z.array(z.string()).default([]),
  moves: z.array(z.string()).default([]),
  redirects: z.array(z.string()).default([]),
  stirs: z.array(z.string()).default([]),
  settle: z.string().optional(),
  settleSeconds: z.number().default(5),
})

const definition = {
  type: 'item',
  doc: 'A file that holds one line.',
  params,
  examples: [
    { title: 'one', params: { path: '/tmp/a', value: '1' } },
    { title: 'two', params: { path: '/tmp/b', value: '2' } },
  ] as const,
  identity: ({ path }: { path: string }) => path,
  probe: ({ path }: { path: string }) =>
    sh`if [ -f ${path} ]; then printf 'value='; cat ${path}; else echo absent; fi`,
  parse: (text: string) => ({ value: /^value=(.*)$/m.exec(text)?.[1] ?? 'absent' }),
  desired: ({ value }: { value: string }) => ({ value }),
  apply: (_change: unknown, { path, value, also, instead }: z.infer<typeof params>) => [
    instead === undefined ? sh`printf '%s\\n' ${value} > ${path}` : raw('test', instead),
    raw('test', also),
  ],
  owns: ({ path }: { path: string }): Claim[] => [`path:${path}`],
  reads: ({ reads }: { reads: string[] }): Claim[] => reads.map((path): Claim => `path:${path}`),
  redirects: ({ redirects }: { redirects: string[] }): Claim[] =>
    redirects.map((path): Claim => `path:${path}`),
  stirs: ({ stirs }: { stirs: string[] }): Claim[] => stirs as Claim[],
  affects: ({ path, moves }: { path: string; moves: string[] }): Claim[] =>
    [path, ...moves].map((each): Claim => `path:${each}`),
}

export const item = resource({
  ...definition,
  settle: ({ settle, settleSeconds }) =>
    settle === undefined ? undefined : { shell: raw('test', settle), deadlineSeconds: settleSeconds },
})

/** The same with a `probeMany`, for looks that ask together, with guards that the shell itself compares, and done with its like. */
export const manyItem = resource({
  ...definition,
  type: 'many-item',
  printsVariables: true,
  joins: () => true,
  probeMany: many =>
    joinShell(
      many.map(each =>
        joinShell([definition.probe(each), raw('the engine set it', 'printf \'%s\\n\' "$OPS_MARK"')]),
      ),
    ),
})

/** Like `item`, but each probe prints another number: not canonical, as a test of that. */
export const restless = resource({
  ...definition,
  type: 'restless',
  probe: ({ path }) => sh`cat /proc/sys/kernel/random/uuid; cat ${path} 2>/dev/null; true`,
})

/** Hangs on a pipe that nobody writes to. */
export const fifo = resource({
  ...definition,
  type: 'fifo',
  probe: ({ path }) => sh`if [ -e ${path} ]; then cat ${path}; else echo absent; fi`,
})

/** Its probe fails until the file beside it, `a`, is there. */
export const failing = resource({
  ...definition,
  type: 'failing',
  probe: ({ path, reads: [other = ''] }) =>
    sh`[ -e ${other} ] || exit 3; if [ -e ${path} ]; then printf value=; cat ${path}; else echo absent; fi`,
})
