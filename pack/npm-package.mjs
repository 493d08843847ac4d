/** The package for `npm install -g`: the build, and as dependencies only what the bundle does not hold. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { about, beside, ownFiles, root } from './files.mjs'

/** Writes it; answers with its file. */
export function npmPackage(folder) {
  const stage = mkdtempSync(join(tmpdir(), 'ops-pack-'))
  try {
    for (const path of ownFiles()) {
      mkdirSync(dirname(join(stage, path)), { recursive: true })
      cpSync(join(root, path), join(stage, path))
    }
    const { scripts: _, devDependencies: __, dependencies, ...rest } = about
    const needed = Object.fromEntries(beside.map(name => [name, dependencies[name]]))
    writeFileSync(
      join(stage, 'package.json'),
      `${JSON.stringify({ ...rest, dependencies: needed }, null, 2)}\n`,
    )
    const said = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: stage,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return join(folder, JSON.parse(said)[0].filename)
  } finally {
    rmSync(stage, { recursive: true })
  }
}
