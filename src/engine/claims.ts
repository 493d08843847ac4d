/** Typed claims of what a step reads and writes, from which order effects follow. */

/**
 * - `path:/etc/app.conf` one file; `path:/etc/app.conf#section/key` one key in it
 * - `path:/etc/nginx/` (trailing slash) everything below a folder
 * - `any:*` everything: what a free command may read or move
 * - `pkg:NAME`, `unit:NAME`, `user:NAME`, `group:NAME`, `port:N`; `NAME` may be `*`
 */
export type Claim = `${'any' | 'path' | 'pkg' | 'unit' | 'user' | 'group' | 'port'}:${string}`

/** True when the two claims can concern the same thing. */
export function overlap(one: Claim, other: Claim): boolean {
  const [oneKind, oneName] = split(one)
  const [otherKind, otherName] = split(other)
  if (oneKind === 'any' || otherKind === 'any') return true
  if (oneKind !== otherKind) return false
  if (oneKind !== 'path') return oneName === otherName || oneName === '*' || otherName === '*'
  return pathsOverlap(oneName, otherName)
}

/** True when any claim of the one list overlaps any of the other. */
export function anyOverlap(some: readonly Claim[], others: readonly Claim[]): boolean {
  return some.some(one => others.some(other => overlap(one, other)))
}

/** True when both claims name one and the same thing, rather than everything or all below a folder. */
export function nameTheSame(one: Claim, other: Claim): boolean {
  const isWide = (claim: Claim) => claim.endsWith('*') || claim.endsWith('/')
  return !isWide(one) && !isWide(other) && overlap(one, other)
}

/** True when both claims name one file, or keys in it, whichever they are. */
export function inOneFile(some: readonly Claim[], others: readonly Claim[]): boolean {
  const filesOf = (claims: readonly Claim[]) =>
    claims.filter(claim => claim.startsWith('path:')).map(claim => claim.replace(/#.*$/s, '') as Claim)
  return filesOf(some).some(one => filesOf(others).some(other => nameTheSame(one, other)))
}

function split(claim: Claim): [string, string] {
  const colon = claim.indexOf(':')
  return [claim.slice(0, colon), claim.slice(colon + 1)]
}

function pathsOverlap(one: string, other: string): boolean {
  if (one === other) return true
  const [onePath = '', oneKey] = splitOnce(one, '#')
  const [otherPath = '', otherKey] = splitOnce(other, '#')
  if (onePath.endsWith('/') && `${otherPath}/`.startsWith(onePath)) return true
  if (otherPath.endsWith('/') && `${onePath}/`.startsWith(otherPath)) return true
  return onePath === otherPath && (oneKey === undefined || otherKey === undefined)
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
