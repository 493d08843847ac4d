/** Whether this machine can hold a sandbox, and in which way. */
import { accessSync, constants, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { inputError, type OpsError } from '../base/errors.ts'

/**
 * How the view is made: `kernel` overlays as root, or `fuse` ones in a user namespace, where the files of the
 * machine's root would otherwise belong to nobody and could not be changed.
 */
export type SandboxKind = 'kernel' | 'fuse'

const instead =
  'Use a host of your own instead: `ops apply RECIPE user@host`, or run this on a Linux machine.'

/** The way that fits this machine and user. @throws OpsError that says what is missing and what to do. */
export function sandboxKind(): SandboxKind {
  if (process.platform !== 'linux') {
    throw cannot(`needs Linux namespaces and overlays; this is ${platformName()}`, instead)
  }
  const root = process.getuid?.() === 0
  requireTools(
    root
      ? ['unshare', 'nsenter', 'setpriv', 'mount', 'ssh-keygen']
      : ['unshare', 'nsenter', 'setpriv', 'mount', 'ssh-keygen', 'fuse-overlayfs', 'newuidmap'],
  )
  if (!root) requireSubordinateIds()
  return root ? 'kernel' : 'fuse'
}

const packageOf: Readonly<Record<string, string>> = {
  'fuse-overlayfs': 'fuse-overlayfs',
  newuidmap: 'uidmap',
  'ssh-keygen': 'openssh-client',
  mount: 'mount',
}

function requireTools(tools: readonly string[]): void {
  const missing = tools.filter(tool => !isInstalled(tool))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(tool => packageOf[tool] ?? 'util-linux'))].join(' ')
  throw cannot(`needs ${missing.join(', ')}`, `Install it: apt-get install ${packages}`)
}

/** Without root a user needs a range of ids of its own, or no file could belong to anybody but root inside. */
function requireSubordinateIds(): void {
  const { username, uid } = userInfo()
  const has = (file: string): boolean =>
    readText(file)
      .split('\n')
      .some(line => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`))
  if (has('/etc/subuid') && has('/etc/subgid')) return
  throw cannot(
    `needs subordinate user ids for ${username}, as you are not root`,
    `As root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}. Or run this as root.`,
  )
}

/** A refusal that names the sandbox; nothing was started. */
export function cannot(why: string, next: string): OpsError {
  return inputError(`the host \`sandbox\` ${why}`, { host: 'sandbox', next })
}

function platformName(): string {
  return process.platform === 'darwin' ? 'macOS' : process.platform
}

/** Whether a program is on PATH, or where system programs are. */
export function isInstalled(tool: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  return folders.some(folder => {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
