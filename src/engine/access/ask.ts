/** What the first look asks a host of our access: whether it can give it back by itself, and what it stands on. */
import { oncePer } from '../../base/once-per.ts'
import { cachedFacts, cacheFacts } from '../../run/facts-cache.ts'
import type { Question } from '../look/look.ts'
import type { Step } from '../step.ts'
import { accessProbe } from './arm-shell.ts'
import { parseWayIn, stampOf, type WayIn, wayInToKeep } from './way-in.ts'
import { wayInProbe } from './way-in-shell.ts'
import { earlierVerdict } from './words.ts'

export interface AccessAnswer {
  readonly problem: string | undefined
  /** What became of an earlier run, where nobody was told yet. */
  readonly earlier: string | undefined
  readonly way: WayIn | undefined
}

/** A question, and how its answer is read. */
export interface AccessQuestion {
  readonly question: Question
  read(text: string): Promise<AccessAnswer>
}

/** Undefined where no step could concern the way in, whatever it stands on. `key` names the host and who logs in. */
export async function accessQuestion(
  steps: readonly Step[],
  key: string,
): Promise<AccessQuestion | undefined> {
  const paths = pathsToWatch(steps)
  if (!paths) return undefined
  const place = `${key} (way in)`
  const earlier = await cachedFacts(place)
  const text = `${accessProbe}\n${wayInProbe(paths, earlier === undefined ? undefined : stampOf(earlier))}`
  const read = async (answer: string) => {
    const fresh = wayInToKeep(answer)
    if (fresh !== undefined) await cacheFacts(place, fresh)
    return parseAccess(answer, earlier)
  }
  return { question: { id: 'access', text }, read }
}

const pathsToWatch = oncePer((steps: readonly Step[]): readonly string[] | undefined => {
  const watched = steps.filter(({ options }) => options.access !== 'unguarded')
  const claims = watched.flatMap(({ resource, params }) => resource.owns?.(params) ?? [])
  const hasPackages = watched.some(({ resource, params }) =>
    resource.reads?.(params).some(each => each.startsWith('pkg:')),
  )
  if (claims.length === 0 && !hasPackages && watched.every(({ options }) => options.access === undefined)) {
    return undefined
  }
  const paths = claims.flatMap(each => (each.startsWith('path:') ? [each.slice('path:'.length)] : []))
  return [...new Set(paths.map(each => each.replace(/#.*/s, '')))]
})

/** Reads what was printed; `earlier` is the answer of an earlier run. */
export function parseAccess(text: string, earlier?: string): AccessAnswer {
  const isTold = !/^verdict=/m.test(text) || /^verdict=confirmed$/m.test(text)
  return {
    problem: /^problem=(.*)$/m.exec(text)?.[1],
    earlier: isTold ? undefined : earlierVerdict(text),
    way: parseWayIn(text, earlier),
  }
}
