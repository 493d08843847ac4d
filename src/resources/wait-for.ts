/** Waits until a port or a URL answers, asked from the host whose step it is. */
import { z } from 'zod'
import type { Claim } from '../engine/claims.ts'
import { printed } from '../engine/printed.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { ownShell } from './paths/own-shell.ts'
import waitForText from './wait-for/wait-for.sh'

const isPlain = (value: string): boolean => !/[\s\p{Cc}]/u.test(value)

const params = z
  .strictObject({
    port: z.number().int().min(1).max(65535).optional().describe('A TCP port that has to take connections.'),
    host: z
      .string()
      .min(1)
      .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a name or an address')
      .optional()
      .describe('With `port`: whose port, as this host knows it. Default: its own, 127.0.0.1.'),
    url: z
      .string()
      .regex(/^https?:\/\/[^/?#]/, 'must begin with http:// or https://')
      .refine(isPlain, 'must hold no blanks')
      .optional()
      .describe('What has to answer; the host asks it by curl or wget, and follows no redirect.'),
    status: z.number().int().min(100).max(599).optional().describe('With `url`: its status. Default 200.'),
    text: z
      .string()
      .min(1)
      .refine(value => !value.includes('\n'), 'must be on one line')
      .optional()
      .describe('With `url`: what its body holds.'),
    limitSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(60)
      .describe('How long to wait before the step fails, in whole seconds.'),
  })
  .refine(({ port, url }) => (port === undefined) !== (url === undefined), 'give either `port` or `url`')
  .refine(
    ({ url, status, text }) => url !== undefined || (status ?? text) === undefined,
    '`status` and `text` need `url`',
  )
  .refine(
    ({ url, host }) => url === undefined || host === undefined,
    '`host` goes with `port`: a URL names its own',
  )

type Params = z.infer<typeof params>

const read = printed('answers')

function asked({ port, host = '127.0.0.1', url = '', status = 200, text }: Params): Shell {
  if (port !== undefined) return sh`port ${host} ${port}`
  return text === undefined ? sh`url ${url} ${status}` : sh`url ${url} ${status} ${text}`
}

const own = /^(?:127\.|localhost$|::1$|\[::1\])/

/** Where it asks the host itself: whose restart may end the answers for a while. */
const isOwn = ({ host = '127.0.0.1', url }: Params): boolean =>
  own.test(
    url === undefined
      ? host
      : url.replace(/^https?:\/\/(?:[^/@]*@)?/, '').replace(/(?::\d+)?(?:[/?#].*)?$/, ''),
  )

/** `waitFor {port | url}`. */
export const waitFor = resource({
  type: 'waitFor',
  doc: 'Waits until a port or a URL answers, asked from this host; it changes nothing.',
  undone: 'It changes nothing, and so there is nothing to take back.',
  params,
  examples: [
    { title: 'Until the application listens', params: { port: 8080 } },
    {
      title: 'Until it serves what it should',
      params: { url: 'http://127.0.0.1:8080/health', status: 200, text: 'ok', limitSeconds: 120 },
    },
    { title: 'Until another host takes connections', params: { host: 'localhost', port: 3306 } },
  ],
  identity: ({ port, host, url }) => url ?? (host === undefined ? `port ${port}` : `port ${port} of ${host}`),
  library: ownShell('wait-for', waitForText),
  probe: given => sh`ops_wait_tell ${asked(given)}`,
  parse: observation => read(observation),
  desired: () => ({ answers: 'yes' }),
  onlyWatches: true,
  refuses: true,
  notes: (_detail, _params, said = '', change) =>
    change && said.trim() !== '' ? [`now: ${said.trim()}`] : [],
  needs: ({ answers }, { url }) =>
    answers === 'unasked'
      ? {
          what: 'no curl or wget',
          packages: /^(?:curl|wget)$/,
          by: ['path:/usr/bin/curl', 'path:/usr/bin/wget'],
          next: `Put \`apt({ packages: ['curl'] })\` before it: it asks ${url}.`,
        }
      : undefined,
  apply: (_change, given) => [sh`ops_wait ${given.limitSeconds} ${asked(given)}`],
  applySeconds: 3700,
  owns: () => [],
  affects: () => [],
  wayBack: () => 'files',
  reads: given => [
    'pkg:curl',
    'pkg:wget',
    ...(isOwn(given) ? (['unit:*', `port:${given.port ?? '*'}`] satisfies Claim[]) : []),
  ],
})
