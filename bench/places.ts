/** Where the bench finds and keeps things. */
import { join } from 'node:path'

/** The project's folder: the bench is always started from there by bench/run.mjs. */
/** Where the hosts of the bench write: on a disk, where a sync costs what it costs, unless memory is asked for. */
export const storage: 'disk' | 'memory' = process.argv.includes('--memory') ? 'memory' : 'disk'

export const root = process.cwd()

/** Peers that no Debian package brings; a throw-away folder. */
export const peersFolder = join(root, 'node_modules/.cache/bench-peers')

export const misePath = join(peersFolder, 'node_modules/@jdxcode/mise-linux-x64/bin/mise')

export const resultsFolder = join(root, 'bench/results')
