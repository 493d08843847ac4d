/** One unit file of systemd. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Claim } from '../engine/claims.ts'
import { resource } from '../engine/step.ts'
import { joinShell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { literalBytes } from './file/content.ts'
import { look, lookLibrary, readLook, refusedWay, shownBytes } from './paths/look.ts'
import { presence } from './paths/params.ts'
import { unitAccounts } from './unit/accounts.ts'
import { unitChangeLibrary } from './unit/change.ts'
import { unitLookLibrary } from './unit/look.ts'
import { unreadLookLibrary } from './unit/unread-look.ts'

const params = z
  .strictObject({
    name: z
      .string()
      .max(255)
      .regex(
        /^[A-Za-z0-9:_][A-Za-z0-9:_.@-]*\.(?:service|socket|timer|path|mount|automount|swap|target|slice)$/,
        'must be the whole name of a unit, such as app.service',
      )
      .describe('Its whole name: `app.service`, `worker@.service`, `data.mount`.'),
    content: z
      .string()
      .refine(text => text.isWellFormed() && !text.includes('\0'), 'must be well-formed Unicode without NUL')
      .refine(text => Buffer.byteLength(text) <= literalBytes, 'is larger than 256 KB')
      .transform(text => text.replace(/\n*$/, '\n'))
      .optional()
      .describe('The whole file.'),
    state: presence('The file is there or not.'),
  })
  .refine(({ state, content }) => (state === 'present') === (content !== undefined), {
    path: ['content'],
    message: 'belongs to a unit that is present, and to none that is absent',
  })

type UnitParams = z.output<typeof params>

const pathOf = ({ name }: UnitParams) => `/etc/systemd/system/${name}`
const hashOf = ({ content = '' }: UnitParams) => createHash('sha256').update(content).digest('hex')

/** When a timer is to run, as its content says. */
function timesOf({ name, content = '' }: UnitParams): readonly string[] {
  if (!name.endsWith('.timer')) return []
  return [...content.matchAll(/^OnCalendar=(.*\S)[ \t]*$/gm)].map(([, time = '']) => time)
}

/** As `service` names it. */
const unitClaim = (name: string): Claim => `unit:${name.replace(/\.service$/, '')}`

/** `unit {name, content, state}`. */
export const unit = resource({
  type: 'unit',
  doc: 'A unit file of systemd, checked by systemd-analyze before it is put there, and loaded; `service` runs it.',
  undone: 'Its file is put back as it was; one that is new goes, once it is stopped.',
  params,
  examples: [
    {
      title: 'A program that runs as its own user',
      params: {
        name: 'app.service',
        content:
          '[Unit]\nAfter=network.target\n\n[Service]\nUser=www-data\nExecStart=/usr/bin/node /srv/app/server.js\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n',
      },
    },
    { title: 'No longer', params: { name: 'old-worker@.service', state: 'absent' } },
  ],
  identity: ({ name }) => name,
  library: [wayLibrary, lookLibrary, unreadLookLibrary, unitLookLibrary, writeLibrary, unitChangeLibrary],
  refuses: true,
  probe: given =>
    joinShell([
      look({ path: pathOf(given), flags: `hl:${hashOf(given).slice(0, 8)}` }),
      sh`ops_unit_file_look ${[given.name, ...timesOf(given)]}`,
    ]),
  parse: observation => {
    const found = readLook(observation)
    const [kind = '', to, content] = [found.get('kind'), found.get('to'), found.get('sha256')]
    const more = ['systemd', 'loaded', 'runs', 'calendar', 'dropIns', 'times'].map(
      key => [key, found.get(key)] as const,
    )
    return {
      state: kind === 'file' ? 'present' : kind === 'link' && to === '/dev/null' ? 'masked' : kind,
      ...(content !== undefined && { content }),
      ...(Object.fromEntries(more.filter(([, value]) => value !== undefined)) as {
        systemd?: string
        loaded?: string
        runs?: string
        calendar?: string
        dropIns?: string
        times?: string
      }),
      ...refusedWay(found),
    }
  },
  desired: given =>
    given.state === 'absent'
      ? { state: 'absent' }
      : { state: 'present', content: hashOf(given), loaded: 'yes' },
  impossible: ({ state, systemd, runs, why, calendar }, given) => {
    if (systemd === 'no') return 'this host does not run systemd'
    if (calendar !== undefined)
      return `systemd knows no time ${calendar}: \`systemd-analyze calendar\` tries one, and systemd.time(7) tells how they are written`
    if (state === 'refused') return String(why)
    if (state === 'masked')
      return `${given.name} is masked: \`systemctl unmask ${given.name}\` first, if that was not meant`
    if (state === 'link') return `${pathOf(given)} is a link to a unit that lies elsewhere`
    if (state !== 'present' && state !== 'absent') return `${pathOf(given)} is a ${state}`
    return given.state === 'absent' && state === 'present' && runs === 'yes'
      ? `${given.name} runs: a step before this one stops it, service with running: false and enabled: false`
      : undefined
  },
  beside: ({ dropIns = '', times = '' }, { name, state }) => {
    if (state === 'absent' || dropIns === '') return []
    const overriding = String(times).split(' ')
    return String(dropIns)
      .split(' ')
      .map(path => ({
        path,
        what: `adds to ${name} or overrides it`,
        ...(overriding.includes(path) && { wrong: `says when ${name} runs, or what it starts` }),
      }))
  },
  apply: (_change, given) => [
    given.content === undefined
      ? sh`ops_unit_file_absent ${given.name}`
      : sh`ops_unit_file ${given.name} ${given.content}`,
  ],
  wayBack: ({ actual }, given) =>
    given.state === 'present' && actual.state === 'absent'
      ? {
          params: { name: given.name, state: 'absent' },
          left: { state: 'present', content: hashOf(given) },
          withFiles: true,
        }
      : 'files',
  changesBy: (_path, { state }, change) => {
    if (state === 'absent') return 'name'
    // systemd alone may have to read it again.
    return change && !change.keys.some(({ key }) => key === 'state' || key === 'content')
      ? 'nothing'
      : 'new file'
  },
  owns: given => [`path:${pathOf(given)}`],
  promises: ({ content = '' }) => unitAccounts(content).map(of => ({ of, is: 'there' })),
  reads: given => [unitClaim(given.name), `path:${pathOf(given)}.d/`, ...unitAccounts(given.content ?? '')],
  affects: given => [`path:${pathOf(given)}`, unitClaim(given.name)],
  texts: (detail, { content }) => {
    if (detail === '' || content === undefined || detail.startsWith('private')) return undefined
    const actual = detail.startsWith('text\n') ? detail.slice('text\n'.length) : ''
    if (actual.includes('\0') || Math.max(actual.length, content.length) > shownBytes) return undefined
    return { actual, desired: content }
  },
})
