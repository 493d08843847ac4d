/** A project of docker compose: its compose file, its .env, and its services up. */
import { inputError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import type { Change } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { joinShell, raw, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { composeChangeLibrary } from './compose-project/change.ts'
import { envText } from './compose-project/env-file.ts'
import { composeLookLibrary } from './compose-project/look.ts'
import { type ComposeParams, params } from './compose-project/params.ts'
import { type ComposeState, composeState, hashOf, sectionMark, wantedState } from './compose-project/state.ts'
import { composeNeeds, composeNotes } from './compose-project/told.ts'
import { composeWayBack } from './compose-project/way-back.ts'
import { contentOfSource } from './file/content.ts'
import { look, lookLibrary, shownBytes } from './paths/look.ts'

const fileOf = ({ path }: ComposeParams) => `${path}/compose.yaml`
const envOf = ({ path }: ComposeParams) => `${path}/.env`
const namesOf = ({ content, files }: ComposeParams) =>
  content === undefined ? files.join(' ') : 'compose.yaml'

/** `composeProject {path, content | source, env, files, name, once, pull, removeOrphans, waitSeconds, state}`. */
export const composeProject = resource({
  type: 'composeProject',
  doc: 'A project of docker compose in a folder: its compose file, its .env with secrets, and its services up and healthy. Volumes are never removed.',
  undone:
    'A project of which no container was there goes; another comes up again with its former files. Volumes and images stay.',
  params,
  examples: [
    {
      title: 'A program and its cache, with a secret in .env',
      params: {
        path: '/srv/app',
        content:
          'services:\n  web:\n    image: registry.example.org/app:1.4.2\n    restart: unless-stopped\n    environment:\n      TOKEN: ${TOKEN}\n    ports: ["127.0.0.1:8080:80"]\n  cache:\n    image: valkey/valkey:8\n',
        env: { TOKEN: new Secret('x') },
      },
    },
    {
      title: 'What a `checkout` before it brings, with a migration that ends',
      params: {
        path: '/srv/shop',
        files: ['compose.yaml', 'compose.prod.yaml'],
        once: ['migrate'],
        removeOrphans: true,
      },
    },
    { title: 'No longer', params: { path: '/srv/old', state: 'absent' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, composeLookLibrary, writeLibrary, composeChangeLibrary],
  refuses: true,
  takesBack: true,
  prepare: (given, { folder }) => {
    if (given.source === undefined) return given
    const found = contentOfSource(given.source, folder)
    if (found.kind !== 'text' || found.text instanceof Secret || found.text.trim() === '')
      throw inputError(`source ${given.source}: must be text of 256 KB at most, and not empty`)
    return { ...given, content: found.text.replace(/\n*$/, '\n') }
  },
  probe: given =>
    joinShell([
      given.env && look({ path: envOf(given), flags: 'hm' }),
      given.env && mark,
      given.content === undefined
        ? undefined
        : look({ path: fileOf(given), flags: `h:${hashOf(given.content).slice(0, 8)}` }),
      given.content === undefined ? undefined : mark,
      sh`ops_compose_look ${given.state} ${given.path} ${given.name ?? ''} ${namesOf(given)} ${given.content === undefined ? '' : `=${given.content}`} ${given.env ? new Secret(`=${envText(given.env)}`) : ''} ${given.pull} ${given.once.join(' ')}`,
    ]),
  parse: composeState,
  desired: wantedState,
  needs: (actual, given) => composeNeeds(actual, given),
  impossible: ({ refused, place, name, services }, given) => {
    if (refused !== undefined)
      return `${refused}, and could set what docker does as root: name that user by the option \`user\` of the step, or let nobody else write on the way to ${given.path}`
    if (place !== undefined)
      return `${place} has containers of a project ${name} already: give this one another \`name\``
    return String(services).includes(': paused')
      ? `services are paused: \`docker compose -p ${name} unpause\` first, if that was not meant`
      : undefined
  },
  apply: (change, given, seen) =>
    given.state === 'absent' ? [down(change, given)] : up(change, given, seen),
  wayBack: (change, given) => composeWayBack(change, given),
  changesBy: (path, given, change) => {
    const key = path === envOf(given) ? '.env' : 'compose.yaml'
    return !change || change.keys.some(each => each.key.endsWith(key)) ? 'new file' : 'nothing'
  },
  owns: given => [
    ...(given.content === undefined && given.source === undefined ? [] : [`path:${fileOf(given)}` as const]),
    ...(given.env === undefined ? [] : [`path:${envOf(given)}` as const]),
  ],
  reads: ({ path }) => [
    `path:${path}/`,
    'unit:docker',
    'pkg:docker.io',
    'pkg:docker-ce',
    'pkg:docker-compose',
  ],
  stirs: () => ['any:*'],
  notes: (_detail, given, _said, change) => (change ? composeNotes(change.actual, given) : []),
  texts: (detail, { content }) => {
    if (detail === '' || content === undefined || detail.startsWith('private')) return undefined
    const actual = detail.startsWith('text\n') ? detail.slice('text\n'.length) : ''
    if (actual.includes('\0') || Math.max(actual.length, content.length) > shownBytes) return undefined
    return { actual, desired: content }
  },
  applySeconds: 3600,
})

const mark: Shell = raw('a line between what is told', `echo '${sectionMark}'`)

const down = ({ actual }: Change<keyof ComposeState>, given: ComposeParams) =>
  sh`ops_compose_down ${given.path} ${String(given.name ?? actual.name)}`

/** What the file was, so that an edit of somebody else is not written over. */
const wasOf = (found: unknown) =>
  found === 'absent' ? ['was=absent'] : /^[0-9a-f]{64}$/.test(String(found)) ? [`was=${found}`] : []

function up({ keys, actual }: Change<keyof ComposeState>, given: ComposeParams, seen = ''): readonly Shell[] {
  const differs = (...names: readonly (keyof ComposeState)[]) => keys.some(({ key }) => names.includes(key))
  const { content, env } = given
  // As the host told it: of a secret, the state has no hash.
  const envWas = /^kind=(absent)\n|^kind=file\nsha256=([0-9a-f]{64})\n/.exec(seen)?.slice(1).find(Boolean)
  const writes = differs('compose.yaml', '.env', 'mode of .env')
  // What was not there before cannot be put back into use.
  const isThere = [actual['compose.yaml'], actual['.env']].every(found => found !== 'absent')
  return [
    ...(writes ? [sh`ops_compose_folder ${given.path}`] : []),
    ...(content !== undefined && differs('compose.yaml')
      ? [
          sh`ops_write ${fileOf(given)} ${[`sha=${hashOf(content)}`, ...wasOf(actual['compose.yaml'])]} -- printf %s ${content}`,
        ]
      : []),
    ...(env && differs('.env', 'mode of .env')
      ? [
          sh`ops_then ops_write ${envOf(given)} mode=0600 ${[`sha=${hashOf(envText(env))}`, ...wasOf(envWas)]} -- printf %s ${new Secret(envText(env))}`,
        ]
      : []),
    sh`ops_compose_up ${given.path} ${given.name ?? ''} ${namesOf(given)} ${given.pull} ${given.once.join(' ')} ${given.removeOrphans ? 'remove' : ''} ${given.waitSeconds} ${isThere ? String(actual.name ?? '') : ''}`,
  ]
}
