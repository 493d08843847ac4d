/** What brings a project of docker compose back to what it was before a step. */
import type { Change } from '../../engine/resource.ts'
import type { WayBack } from '../../engine/way-back.ts'
import type { ComposeParams } from './params.ts'
import type { ComposeState } from './state.ts'

/** A project of which no container was there goes; another one comes up again with the files that are put back by then. */
export function composeWayBack({ keys, actual }: Change<keyof ComposeState>, given: ComposeParams): WayBack {
  const name = given.name ?? actual.name
  const same = {
    path: given.path,
    ...(name !== undefined && { name }),
    ...(given.files.length > 0 && { files: given.files }),
    ...(given.once.length > 0 && { once: given.once }),
    waitSeconds: given.waitSeconds,
  }
  if (given.state === 'absent') return { params: same, left: {} }
  const states = String(actual.services).split(', ')
  const missing = states.filter(state => state.endsWith(': missing'))
  const services = missing.map(state => state.replace(/: missing$/, '')).sort()
  if (actual.containers === 'none' && missing.length === states.length)
    return {
      params: { ...same, state: 'absent' },
      left: { services: services.join(', ') },
      stays: 'its volumes and images',
    }
  if (keys.some(({ key }) => key === 'compose.yaml' || key === '.env')) {
    // By then what was added is an orphan: it goes, unless others that were there before would go with it.
    const isAlone = actual.orphans === 'none' || given.removeOrphans
    const isAdded = services.length > 0
    return {
      params: { ...same, ...(isAdded && isAlone && { removeOrphans: true }) },
      left: {},
      isLast: true,
      ...(isAdded &&
        !isAlone && {
          stays: `what it added and the files from before do not have, of ${services.join(', ')}`,
        }),
    }
  }
  return { cannot: 'containers that were stopped or made in another way do not come back' }
}
