/** What our access to a host depends on, by area, and what a step may name of it by itself. */

/** A part of a host that a login from outside depends on. `other` is what a step named by itself. */
export type AccessArea = 'ssh' | 'firewall' | 'network' | 'sudo' | 'account' | 'limits' | 'mounts' | 'other'

/** What a step names by itself to be put back; for `command`, of which nothing is known. */
export interface AccessOption {
  /** Files and links; with a slash at the end, a folder with all that is in it (64 MiB at most). */
  readonly paths?: readonly string[]
  /** Units whose state, running and enabled, is put back. */
  readonly units?: readonly string[]
  /** Accounts: their lines, groups, home folder's mode, `.ssh`. */
  readonly users?: readonly string[]
  /** The rules that the kernel has loaded. */
  readonly firewall?: boolean
  /** Shell for /bin/sh that runs as root after all that. */
  readonly undo?: string
}
