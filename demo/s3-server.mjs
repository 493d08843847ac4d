/** The S3 server of the data demo: a small one from npm, by its own lock file, in a process of its own and on loopback alone. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const locked = fileURLToPath(new URL('s3-server', import.meta.url))
const fetchMs = 120_000
const startMs = 60_000

/** The one login that the server knows; nobody but this machine reaches it. */
export const s3Login = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }
export const bucket = 'archive'

/**
 * What runs in that process: it listens where there is room, and says where. The package keeps the half of an upload that was
 * cut off as an object, which S3 never does: here an object gets its name when it is whole.
 */
const program = `
const { mkdir, rename } = require('node:fs/promises')
const { dirname } = require('node:path')
const S3rver = require('@20minutes/s3rver')
const [directory, name] = process.argv.slice(1)
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name }] })
const { store } = server
const put = store.putObject.bind(store)
let uploads = 0
store.putObject = async object => {
  const { bucket, key } = object
  const upload = 'uploads/' + ++uploads
  const stored = await put(Object.assign(Object.create(object), { bucket: '.uploads', key: upload }))
  await mkdir(dirname(store.getResourcePath(bucket, key, 'object')), { recursive: true })
  for (const part of ['metadata.json', 'object.md5', 'object'])
    await rename(store.getResourcePath('.uploads', upload, part), store.getResourcePath(bucket, key, part))
  return stored
}
server.run().then(({ port }) => process.send({ port }), error => process.send({ error: String(error) }))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
`

/** Starts it on a folder. Answers with the reason, as a text, where it cannot be had. */
export async function startS3(folder, cache) {
  const packages = await fetched(cache)
  if (packages === undefined) return 'npm does not bring its S3 server here'
  const directory = join(folder, 's3')
  mkdirSync(directory)
  // It makes the tokens of its listings with a cipher that OpenSSL 3 keeps for old programs.
  const child = spawn(process.execPath, ['--openssl-legacy-provider', '-e', program, directory, bucket], {
    cwd: packages,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const gone = once(child, 'exit').then(() => ({ error: 'it ended' }))
  const said = once(child, 'message', { signal: AbortSignal.timeout(startMs) }).then(([answer]) => answer)
  const { port, error } = await Promise.race([said, gone]).catch(thrown => ({ error: String(thrown) }))
  const stop = async () => {
    child.kill('SIGKILL')
    await gone
  }
  if (port === undefined) {
    await stop()
    return `the S3 server did not start: ${error}`
  }
  return { endpoint: `http://127.0.0.1:${port}`, objects: join(directory, bucket), stop }
}

/** The locked packages, fetched once for each lock file; undefined where npm cannot bring them. */
async function fetched(cache) {
  const digest = createHash('sha256')
    .update(readFileSync(join(locked, 'package-lock.json')))
    .digest('hex')
  const kept = join(cache, `demo-s3-${digest.slice(0, 16)}`)
  if (existsSync(kept)) return kept
  mkdirSync(cache, { recursive: true })
  const partial = mkdtempSync(join(cache, 'demo-s3-partial-'))
  try {
    cpSync(locked, partial, { recursive: true })
    const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=0'], {
      cwd: partial,
      stdio: 'ignore',
      timeout: fetchMs,
    })
    if ((await once(npm, 'close'))[0] !== 0) return undefined
    renameSync(partial, kept)
    return kept
  } catch {
    // No npm, or another demo was quicker.
    return existsSync(kept) ? kept : undefined
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
