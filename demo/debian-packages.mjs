/** Packages of Debian for a demo, without installing any and without root: apt fetches and verifies them, then they are unpacked. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const fetchMs = 90_000

/** The folder that holds the unpacked packages, with those that they need and this machine lacks; undefined where apt brings none. */
export async function unpackedPackages(cache, name) {
  const kept = join(cache, `demo-${name}`)
  if (existsSync(kept)) return kept
  if (!existsSync('/usr/bin/apt-get')) return undefined
  mkdirSync(cache, { recursive: true })
  const partial = mkdtempSync(join(cache, `demo-${name}-partial-`))
  try {
    const archives = join(partial, 'archives')
    mkdirSync(join(archives, 'partial'), { recursive: true })
    if (!(await download(partial, archives, name))) return undefined
    const root = join(partial, 'root')
    for (const file of readdirSync(archives).filter(each => each.endsWith('.deb')))
      if (!(await succeeds('dpkg-deb', ['-x', join(archives, file), root]))) return undefined
    if (!existsSync(root)) return undefined
    renameSync(root, kept)
    return kept
  } catch {
    // Another demo was quicker.
    return existsSync(kept) ? kept : undefined
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** With the lists of this machine, and where they are none or too old with fresh ones of our own. */
async function download(folder, archives, name) {
  const settings = [
    ...['-q', '-y', '--no-install-recommends', '-o', 'Debug::NoLocking=1', '-o', 'Acquire::Retries=1'],
    ...['-o', `Dir::Cache=${folder}`, '-o', `Dir::Cache::archives=${archives}`],
    ...['-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache=', '-o', 'APT::Sandbox::User='],
  ]
  const bring = ['--download-only', 'install', name]
  if (await succeeds('apt-get', [...settings, ...bring])) return true
  const lists = join(folder, 'lists')
  mkdirSync(join(lists, 'partial'), { recursive: true })
  const own = [...settings, '-o', `Dir::State::lists=${lists}`]
  await succeeds('apt-get', [...own, 'update'])
  return succeeds('apt-get', [...own, ...bring])
}

async function succeeds(program, args) {
  const child = spawn(program, args, {
    stdio: 'ignore',
    timeout: fetchMs,
    env: { ...process.env, LC_ALL: 'C' },
  })
  return (await once(child, 'close'))[0] === 0
}
