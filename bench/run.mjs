/** Starts the bench: builds ops and bundles bench/main.ts, as Node may not know how to strip types. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { prepare } from '../test/prepare.mjs'
import { textLoaders } from '../text-files.mjs'

/** The file that knows whether hosts can boot here also wraps the test runner's `describe`, which means nothing here. */
const withoutTestRunner = {
  name: 'without-test-runner',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'none' }))
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'export const describe = { skipIf: () => undefined }',
    }))
  },
}

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
prepare(root)
const folder = mkdtempSync(join(tmpdir(), 'ops-bench-program-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const outfile = join(folder, 'bench.mjs')
const { build } = await import('esbuild')
await build({
  entryPoints: [join(root, 'bench/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  plugins: [withoutTestRunner],
  logLevel: 'warning',
  loader: textLoaders,
})
await import(pathToFileURL(outfile).href)
