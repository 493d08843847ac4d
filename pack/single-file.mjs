/** One file for machines without Node: this machine's Node, and in it all of ops, which it unpacks at its first start. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { inject } from 'postject'
import { about, ownFiles, packageFiles, root } from './files.mjs'

/** Where Node looks for what was put into it: its own word. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** Writes it; answers with its file. */
export async function singleFile(folder) {
  const scratch = mkdtempSync(join(tmpdir(), 'ops-single-'))
  const at = name => join(scratch, name)
  try {
    const files = archive(['package.json', ...ownFiles(), ...packageFiles()])
    writeFileSync(at('files'), files)
    const hash = createHash('sha256').update(files).digest('hex').slice(0, 16)
    writeFileSync(at('about'), JSON.stringify({ version: about.version, name: `${about.version}-${hash}` }))
    const config = {
      main: join(root, 'pack', 'start.cjs'),
      output: at('blob'),
      disableExperimentalSEAWarning: true,
      assets: { about: at('about'), files: at('files') },
    }
    writeFileSync(at('config.json'), JSON.stringify(config))
    execFileSync(process.execPath, ['--experimental-sea-config', at('config.json')], { stdio: 'ignore' })
    const file = join(folder, `ops-${about.version}-${process.platform}-${process.arch}`)
    const part = `${file}.part`
    copyFileSync(process.execPath, part)
    chmodSync(part, 0o755)
    await inject(part, 'NODE_SEA_BLOB', readFileSync(at('blob')), { sentinelFuse: fuse })
    copyFileSync(part, file)
    chmodSync(file, 0o755)
    rmSync(part)
    return file
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** The length of a list of paths, modes and sizes; that list; all bytes one after the other. */
function archive(paths) {
  const found = paths.map(path => ({
    path,
    bytes: readFileSync(join(root, path)),
    mode: statSync(join(root, path)).mode & 0o755,
  }))
  const list = Buffer.from(JSON.stringify(found.map(({ path, bytes, mode }) => [path, mode, bytes.length])))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(list.length)
  const whole = Buffer.concat([length, list, ...found.map(({ bytes }) => bytes)])
  return brotliCompressSync(whole, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 6,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: whole.length,
    },
  })
}
