// Runs lab.ts: bundles it, as Node may not know how to strip types.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { textLoaders } from '../../text-files.mjs'

const folder = mkdtempSync(join(tmpdir(), 'ops-lab-'))
const outfile = join(folder, 'lab.mjs')
const entry = new URL('./lab.ts', import.meta.url).pathname
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
  loader: textLoaders,
})
try {
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(folder, { recursive: true })
}
