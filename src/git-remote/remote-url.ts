/** The addresses of remotes: making ours, and reading those that others wrote in one of git's forms. */

/** A repository somewhere; `path` is as git would use it there, decoded. */
export type RemotePlace =
  | {
      readonly kind: 'ssh'
      readonly host: string
      readonly user: string | undefined
      readonly port: number | undefined
      /** Absolute, or relative to the home of the user that logs in. */
      readonly path: string
    }
  | { readonly kind: 'file'; readonly path: string }
  /** Another protocol, or a remote helper such as `ext::`, which git would run as a program. */
  | { readonly kind: 'other' }

/** Who is asked for the repository; `local` is this machine. */
export type UrlHost =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'ssh'
      readonly host: string
      readonly user: string | undefined
      readonly port: number | undefined
    }

/** The URL that git is given: absolute path, percent signs only where the form needs them. */
export function remoteUrl(host: UrlHost, absolutePath: string): string {
  if (host.kind === 'local') return absolutePath
  const name = host.host.includes(':') ? `[${host.host}]` : host.host
  const user = host.user === undefined ? '' : `${encodeURIComponent(host.user)}@`
  const port = host.port === undefined ? '' : `:${host.port}`
  return `ssh://${user}${name}${port}${encodedPath(absolutePath)}`
}

/** Letters of all languages stay readable: git decodes percent signs and takes every other byte as it is. */
function encodedPath(path: string): string {
  return path.replace(/[^\p{L}\p{M}\p{N}/._~!$&'()+,;=@-]/gu, character => encodeURIComponent(character))
}

/** Reads the forms of git-clone(1): `ssh://`, `host:path`, `file://` and plain paths. */
export function readRemoteUrl(url: string): RemotePlace {
  if (/^[A-Za-z0-9][A-Za-z0-9+.-]*::/.test(url)) return { kind: 'other' }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(url)
  if (scheme) {
    const [, name = '', rest = ''] = scheme
    if (['ssh', 'git+ssh', 'ssh+git'].includes(name)) return readSsh(rest)
    return name === 'file' ? { kind: 'file', path: decoded(rest) } : { kind: 'other' }
  }
  const colon = colonOfScpForm(url)
  if (colon < 0) return { kind: 'file', path: url }
  const host = readHost(url.slice(0, colon).replace(/^\[(.*)\]$/s, '$1'))
  const path = url.slice(colon + 1)
  return host ? { kind: 'ssh', ...host, path: path.replace(/^~\//, '') } : { kind: 'other' }
}

function colonOfScpForm(url: string): number {
  const bracketed = /^(?:[^/@]*@)?\[[^\]]*\]:/.exec(url)
  if (bracketed) return bracketed[0].length - 1
  const colon = url.indexOf(':')
  const slash = url.indexOf('/')
  return slash >= 0 && slash < colon ? -1 : colon
}

function readSsh(rest: string): RemotePlace {
  const slash = rest.indexOf('/')
  const host = readHost(decoded(slash < 0 ? rest : rest.slice(0, slash)))
  if (!host || slash < 0) return { kind: 'other' }
  const path = decoded(rest.slice(slash))
  return { kind: 'ssh', ...host, path: path.startsWith('/~/') ? path.slice('/~/'.length) : path }
}

function readHost(
  text: string,
): { host: string; user: string | undefined; port: number | undefined } | undefined {
  const at = text.lastIndexOf('@')
  const user = at < 0 ? undefined : text.slice(0, at)
  const found =
    /^(?:\[([^\]]+)\]|([^:[\]]+)|([0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*))(?::(\d{1,5}))?$/.exec(
      text.slice(at + 1),
    )
  const host = found?.[1] ?? found?.[2] ?? found?.[3]
  if (host === undefined || host.startsWith('-')) return undefined
  return { host, user, port: found?.[4] === undefined ? undefined : Number(found[4]) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Whether two paths on one host are one repository: git itself tries a name with and without `.git`. */
export function isSamePath(one: string, other: string, home: string): boolean {
  return plainPath(one, home) === plainPath(other, home)
}

function plainPath(path: string, home: string): string {
  const absolute = path.startsWith('/') ? path : `${home}/${path}`
  return absolute
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
}
