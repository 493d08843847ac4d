/** What brings a project of docker compose back to what it was before a step. */
import type { Change } from '../../engine/resource.ts'
import type { WayBack } from '../../engine/way-back.ts'
import type { ComposeParams } from './params.ts'

/** What was not there goes; what was there comes up again with the files that are put back by then. */
export function composeWayBack({ keys, actual }: Change, given: ComposeParams): WayBack {
  const name = given.name ?? actual.name
  const same = {
    path: given.path,
    ...(name !== undefined && { name }),
    ...(given.files.length > 0 && { files: given.files }),
  }
  if (given.state === 'absent') return { params: same, left: {} }
  const states = String(actual.services).split(', ')
  if (states.every(state => state.endsWith(': missing'))) {
    const services = states.map(state => state.replace(/: missing$/, '')).sort()
    return {
      params: { ...same, state: 'absent' },
      left: { services: services.join(', ') },
      stays: 'its volumes and images',
    }
  }
  if (keys.some(({ key }) => key === 'compose.yaml' || key === '.env'))
    return { params: { ...same, once: given.once }, left: {}, isLast: true }
  return { cannot: 'containers that were stopped or made in another way do not come back' }
}
