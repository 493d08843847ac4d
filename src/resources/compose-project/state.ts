/** What was found of a project of docker compose, from what its look printed. */
import { createHash } from 'node:crypto'
import { mask } from '../../base/secret.ts'
import { readLook } from '../paths/look.ts'
import { envText } from './env-file.ts'
import type { ComposeParams } from './params.ts'

/** Stands between what was told of the two files and of the project. */
export const sectionMark = '--'

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** What the look tells by lines of its own. */
const told = [
  'refused',
  'program',
  'engine',
  'lacks',
  'name',
  'place',
  'unset',
  'gone',
  'newer',
  'built',
  'containers',
] as const

type Reckoned = 'services' | 'orphans' | 'images' | 'compose.yaml' | '.env' | 'mode of .env'

/** `services` is `up`, `none`, or what is not as it should be. Nothing here tells a secret. */
export type ComposeState = Partial<Readonly<Record<(typeof told)[number] | Reckoned, string>>>

export function composeState(observation: string, given: ComposeParams): ComposeState {
  const sections = observation.split(`${sectionMark}\n`)
  const lines = (sections.pop() ?? '').split('\n').filter(line => line !== '')
  const all = (key: string) =>
    lines.filter(line => line.startsWith(`${key}=`)).map(line => line.slice(key.length + 1))
  const services = all('service').map(line => line.replace(' ', ': '))
  const [orphans, isKnown] = [all('orphan').sort(), all('name').length > 0]
  const some: ComposeState = Object.fromEntries(
    told.flatMap(key => {
      const values = all(key)
      return values.length > 0 ? [[key, values.join(' ')]] : []
    }),
  )
  return {
    ...fileStates(sections, given),
    ...some,
    services: !isKnown
      ? 'unknown'
      : given.state === 'absent'
        ? orphans.join(', ') || 'none'
        : services.join(', ') || 'up',
    ...(given.state === 'up' && isKnown && { orphans: orphans.join(', ') || 'none' }),
    ...(given.pull === 'always' && isKnown && { images: some.newer === undefined ? 'newest' : 'older' }),
  }
}

/** As they are wanted. */
export function wantedState(given: ComposeParams) {
  if (given.state === 'absent') return { services: 'none' }
  return {
    ...(given.content !== undefined && { 'compose.yaml': hashOf(given.content) }),
    ...(given.env !== undefined && { '.env': mask, 'mode of .env': '0600' }),
    services: 'up',
    ...(given.removeOrphans && { orphans: 'none' }),
    ...(given.pull === 'always' && { images: 'newest' }),
  }
}

function fileStates(sections: readonly string[], given: ComposeParams): ComposeState {
  const [env, compose] = given.env === undefined ? [undefined, sections[0]] : sections
  const found = compose === undefined ? undefined : readLook(compose)
  const foundEnv = env === undefined ? undefined : readLook(env)
  const wanted = given.env === undefined ? '' : hashOf(envText(given.env))
  const why = found?.get('why') ?? foundEnv?.get('why')
  const hash = foundEnv?.get('sha256')
  return {
    ...(found && { 'compose.yaml': found.get('sha256') ?? found.get('kind') ?? '' }),
    ...(foundEnv && {
      '.env': hash === undefined ? (foundEnv.get('kind') ?? '') : hash === wanted ? mask : `not ${mask}`,
    }),
    ...(foundEnv?.has('mode') && { 'mode of .env': (foundEnv.get('mode') ?? '').padStart(4, '0') }),
    ...(why !== undefined && { refused: why }),
  }
}
