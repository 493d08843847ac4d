/** The main program of the single file: unpacks what the file carries, once, and runs it. Nothing but Node's own modules is there yet. */
const { brotliDecompressSync } = require('node:zlib')
const fs = require('node:fs')
const { createRequire } = require('node:module')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')
const { getAsset, getRawAsset } = require('node:sea')
const { pathToFileURL } = require('node:url')
const { runInThisContext } = require('node:vm')

const keptMs = 30 * 86_400_000
const dayMs = 86_400_000
const { version, name } = JSON.parse(getAsset('about', 'utf8'))
const words = process.argv.slice(2)

if (words.length === 1 && (words[0] === '--version' || words[0] === '-V'))
  process.stdout.write(`${version}\n`)
else if (words[0] === '-e') {
  // As `node -e`: how ops starts its own small programs.
  globalThis.require = createRequire(join(process.cwd(), 'e'))
  runInThisContext(words[1])
} else {
  const program = join(unpacked(), 'dist', 'cli.js')
  // Where ops starts itself anew, it names its program as Node wants it.
  process.argv = [process.execPath, program, ...(words[0] === program ? words.slice(1) : words)]
  createRequire(program)('./import.cjs')(pathToFileURL(program).href)
}

/** The folder with all that the file carries; its name changes with its content, and it is there whole or not at all. */
function unpacked() {
  const { XDG_CACHE_HOME: cache } = process.env
  const parent = join(
    cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache'),
    'ops',
    'unpacked',
  )
  try {
    fs.mkdirSync(parent, { recursive: true, mode: 0o700 })
    const { uid, mode } = fs.statSync(parent)
    // Code is run from there.
    if (uid !== process.getuid() || (mode & 0o022) !== 0) throw new Error('others may write there')
    const folder = join(parent, name)
    if (isWhole(folder)) keepFresh(folder)
    else unpack(parent, folder)
    return folder
  } catch (error) {
    process.stderr.write(
      `error[input] ops cannot unpack itself in ${parent}: ${error.message}\n  next  Set XDG_CACHE_HOME to a folder that you own and that has 100 MB of room.\n`,
    )
    process.exit(3)
  }
}

/** What clears old files away may have taken the program and left its folder. */
function isWhole(folder) {
  return fs.existsSync(join(folder, 'dist', 'cli.js'))
}

/** Its time tells that it is in use, where anything may be written there. */
function keepFresh(folder) {
  try {
    if (Date.now() - fs.statSync(folder).mtimeMs > dayMs) fs.utimesSync(folder, new Date(), new Date())
  } catch {}
}

function unpack(parent, folder) {
  const part = fs.mkdtempSync(join(parent, '.part-'))
  try {
    const bytes = brotliDecompressSync(Buffer.from(getRawAsset('files')))
    const start = 4 + bytes.readUInt32BE(0)
    let at = start
    for (const [path, mode, size] of JSON.parse(bytes.toString('utf8', 4, start))) {
      fs.mkdirSync(dirname(join(part, path)), { recursive: true, mode: 0o700 })
      fs.writeFileSync(join(part, path), bytes.subarray(at, at + size), { mode })
      at += size
    }
    if (!isWhole(folder)) fs.rmSync(folder, { recursive: true, force: true })
    fs.renameSync(part, folder)
  } catch (error) {
    fs.rmSync(part, { recursive: true, force: true })
    // Another start may have been quicker.
    if (!isWhole(folder)) throw error
  }
  for (const other of fs.readdirSync(parent)) {
    const found = fs.statSync(join(parent, other), { throwIfNoEntry: false })
    if (found && Date.now() - found.mtimeMs > keptMs)
      fs.rmSync(join(parent, other), { recursive: true, force: true })
  }
}
