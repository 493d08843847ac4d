/** What the first look asks a host of our access: whether it can give it back by itself, and what it stands on. */
import type { Rider } from '../look.ts'
import type { Step } from '../step.ts'
import { accessProbe } from './arm-shell.ts'
import { parseWayIn, type WayIn } from './way-in.ts'
import { wayInProbe } from './way-in-shell.ts'
import { earlierVerdict } from './words.ts'

/** Undefined where no step could concern the way in, whatever it stands on. */
export function accessRider(steps: readonly Step[]): Rider | undefined {
  const watched = steps.filter(({ options }) => options.access !== 'unguarded')
  const claims = watched.flatMap(({ resource, params }) => resource.owns?.(params) ?? [])
  const packages = watched.some(({ resource, params }) =>
    resource.reads?.(params).some(each => each.startsWith('pkg:')),
  )
  if (claims.length === 0 && !packages && watched.every(({ options }) => options.access === undefined))
    return undefined
  const paths = claims.flatMap(each =>
    each.startsWith('path:') ? [each.slice('path:'.length).replace(/#.*/s, '')] : [],
  )
  return { id: 'access', text: `${accessProbe}\n${wayInProbe([...new Set(paths)])}` }
}

/** Reads what the rider printed. */
export function parseAccess(text: string): {
  readonly problem: string | undefined
  readonly earlier: string | undefined
  readonly way: WayIn | undefined
} {
  const isTold = !/^verdict=/m.test(text) || /^verdict=confirmed$/m.test(text)
  return {
    problem: /^problem=(.*)$/m.exec(text)?.[1],
    earlier: isTold ? undefined : earlierVerdict(text),
    way: parseWayIn(text),
  }
}
