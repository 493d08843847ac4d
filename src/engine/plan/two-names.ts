/** Steps that name one file or folder in two ways, as a symbolic link leads from one to the other: each would undo the other. */
import { basename, dirname, resolve } from 'node:path/posix'
import type { ErrorData } from '../../base/errors.ts'
import { anyOverlap, type Claim } from '../claims.ts'
import { desiredOf, type Step } from '../step.ts'
import { changesBy, ownPathsOf, type Places, placeOf, realPathsOf } from './places.ts'

/** The claims, and behind them those that are another name of what they are about. */
export function withRealNames(claims: readonly Claim[], places: Places): readonly Claim[] {
  const real = realPathsOf(places)
  if (real.size === 0) return claims
  const others = claims.flatMap(claim => realNameOf(claim, real) ?? [])
  return others.length === 0 ? claims : [...new Set([...claims, ...others])]
}

function realNameOf(claim: Claim, real: ReadonlyMap<string, string>): Claim | undefined {
  if (!claim.startsWith('path:/')) return undefined
  const name = claim.slice('path:'.length)
  const ends = [...name.matchAll(/[/#]|$/g)].flatMap(({ index }) => (index > 0 ? [index] : []))
  for (const end of ends.reverse()) {
    const found = real.get(name.slice(0, end))
    if (found !== undefined) return `path:${found}${name.slice(end)}`
  }
  return undefined
}

/** A path that a step owns, and where it is in truth. */
interface Spot {
  readonly at: number
  readonly step: Step
  readonly path: string
  readonly real: string
  /** Which link makes the difference, in words; undefined where there is none. */
  readonly why: string | undefined
  readonly kind: string
  /** The step takes it away. */
  readonly isGone: boolean
  /** Nothing can be below it once the step is done. */
  readonly bars: boolean
}

/** What is known of a step: whether it is about to change anything. */
interface Known {
  readonly step: Step
  readonly change: unknown
}

/** By the position of the later step of each two, what is wrong. */
export function twoNames(
  steps: readonly Known[],
  places: Places,
  host: string,
): ReadonlyMap<number, ErrorData> {
  const errors = new Map<number, ErrorData>()
  const links = steps.flatMap(({ step, change }) => (change ? newLinkOf(step) : []))
  if (realPathsOf(places).size === 0 && links.length === 0) return errors
  const spots = spotsOf(steps, places, links)
  if (!spots.some(({ why }) => why !== undefined)) return errors
  const byReal = new Map<string, Spot[]>()
  for (const spot of spots) byReal.set(spot.real, [...(byReal.get(spot.real) ?? []), spot])
  const tell = (one: Spot, two: Spot, error: (first: Spot, second: Spot) => ErrorData) => {
    const [first, second] = one.at < two.at ? [one, two] : [two, one]
    if (!errors.has(second.at)) errors.set(second.at, error(first, second))
  }
  for (const spot of spots) {
    for (const other of byReal.get(spot.real) ?? []) {
      const isTwo = other.at < spot.at && other.path !== spot.path
      if (isTwo && !(other.isGone && spot.isGone)) tell(other, spot, sameError)
    }
    if (spot.isGone) continue
    for (let above = dirname(spot.real); above !== '/'; above = dirname(above)) {
      for (const other of byReal.get(above) ?? []) {
        if (other.bars && other.at !== spot.at && !spot.path.startsWith(`${other.path}/`))
          tell(other, spot, () => belowError(spot, other))
      }
    }
  }
  return errors

  function sameError(first: Spot, second: Spot): ErrorData {
    const kind = [first, second].map(each => each.kind).find(each => each !== 'path') ?? 'path'
    return {
      ...common(first, second),
      title: `${first.step.name} and ${second.step.name} are one ${kind} on this host (${whyOf(first, second)})`,
      next: `Name it alike in both steps, such as ${first.real}: as it is, each would undo the other. Nothing was touched.`,
    }
  }

  function belowError(inside: Spot, bar: Spot): ErrorData {
    const [first, second] = inside.at < bar.at ? [inside, bar] : [bar, inside]
    const what = bar.isGone ? 'removes' : 'makes a file'
    return {
      ...common(first, second),
      title: `${inside.step.name} lies in what ${bar.step.name} ${what} on this host (${whyOf(first, second)})`,
      next: 'Leave one of the two out, or make them agree: no run could bring about both. Nothing was touched.',
    }
  }

  function common(first: Spot, { step }: Spot): Omit<ErrorData, 'title'> {
    const { where } = first.step
    return {
      code: 'failed',
      host,
      step: step.name,
      ...(step.where && { where: step.where }),
      ...(where && { detail: `The other step is at ${where.file}:${where.line}.` }),
      changed: 'no',
    }
  }
}

const whyOf = (...spots: readonly Spot[]): string =>
  [...new Set(spots.flatMap(({ why }) => why ?? []))].join(', ')

interface NewLink {
  readonly step: Step
  readonly path: string
  readonly to: string
}

function newLinkOf(step: Step): readonly NewLink[] {
  const found = step.resource.leadsTo?.(step.params)
  return found ? [{ step, path: found.path, to: resolve(dirname(found.path), found.to) }] : []
}

function spotsOf(steps: readonly Known[], places: Places, links: readonly NewLink[]): readonly Spot[] {
  const real = realPathsOf(places)
  return steps.flatMap(({ step }, at) =>
    ownPathsOf(step).flatMap((own): Spot[] => {
      const { path, isPart } = own
      const by = changesBy(step, own)
      const place = placeOf(places, own, by)
      const link = links.find(each => path.startsWith(`${each.path}/`))
      const isOther = place !== undefined && place.path !== path
      // Once a step has made or moved what is on the way, the look holds no more.
      if (!link && isOther && isMoved(path, steps)) return []
      const led = link && `${link.to}${path.slice(link.path.length)}`
      const claim = led === undefined ? undefined : realNameOf(`path:${led}`, real)
      const truth = claim?.slice('path:'.length) ?? led ?? place?.path ?? path
      const isGone = !isPart && desiredOf(step).state === 'absent'
      return [
        {
          at,
          step,
          path,
          real: truth,
          why: link
            ? `${link.path} leads to ${link.to} once ${link.step.name} is done`
            : isOther
              ? whyOther(path, place.path, place.isFollowed === true)
              : undefined,
          kind: isPart || place?.kind === 'file' ? 'file' : place?.kind === 'folder' ? 'directory' : 'path',
          isGone,
          bars: isGone || promisesFile(step, path),
        },
      ]
    }),
  )
}

function promisesFile({ resource, params }: Step, path: string): boolean {
  return (resource.promises?.(params) ?? []).some(({ of, is }) => of === `path:${path}` && is === 'file')
}

/** The folders, where they make the difference, as one link leads to both. */
function whyOther(path: string, real: string, isFollowed: boolean): string {
  const isWhole = isFollowed || basename(path) !== basename(real)
  return isWhole ? `${path} is ${real}` : `${dirname(path)} is ${dirname(real)}`
}

/** A step puts something else in the place of a folder on the way, or takes that away. */
function isMoved(path: string, steps: readonly Known[]): boolean {
  return steps.some(({ step, change }) => {
    if (!change) return false
    const { resource, params } = step
    if (anyOverlap(resource.redirects?.(params) ?? [], [`path:${path}`])) return true
    if (desiredOf(step).state !== 'absent') return false
    return ownPathsOf(step).some(own => !own.isPart && path.startsWith(`${own.path}/`))
  })
}
