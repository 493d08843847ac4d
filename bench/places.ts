/** Where the bench finds and keeps things. */
import { join } from 'node:path'

/** Where the hosts of the bench write: on a disk, where a sync costs what it costs, unless memory is asked for. */
export const storage: 'disk' | 'memory' = process.argv.includes('--memory') ? 'memory' : 'disk'

/** The project's folder: the bench is always started from there by bench/run.mjs. */
export const root = process.cwd()

/** What `npm run bench -- --setup` brings; a throw-away folder. */
export const peersFolder = join(root, 'node_modules/.cache/bench-peers')

export const misePath = join(peersFolder, 'node_modules/@jdxcode/mise-linux-x64/bin/mise')

/** Environments of Python, each with what it needs for itself. */
export const ansibleFolder = join(peersFolder, 'ansible')
export const pyinfraFolder = join(peersFolder, 'pyinfra')

export const resultsFolder = join(root, 'bench/results')
