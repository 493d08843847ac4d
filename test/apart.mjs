/**
 * A command line to put before one that acts on this machine: with a lock of runs of its own, where root may have a mount
 * namespace; else none. Other suites act on this machine too, and one that asks again and again for their lock may never get it.
 */
import { spawnSync } from 'node:child_process'

const own = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mkdir -p /run/ops && mount -t tmpfs ops /run/ops && exec "$@"',
  'sh',
]
const may =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync(own[0], [...own.slice(1), 'true'], { stdio: 'ignore' }).status === 0

/** @type {readonly string[]} */
export const apart = may ? own : []
