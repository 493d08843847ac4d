/** `npm run pack:all [FOLDER]`: both packages of ops, into packages/ unless told otherwise; says how large they are and how fast they start. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { root } from './files.mjs'
import { npmPackage } from './npm-package.mjs'
import { singleFile } from './single-file.mjs'

const folder = resolve(process.argv[2] ?? join(root, 'packages'))
const home = mkdtempSync(join(tmpdir(), 'ops-pack-home-'))

/** Seconds of a start, with a home of its own. */
function seconds(program, ...argv) {
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(program, argv, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${status}: ${stderr}`)
  return `${((performance.now() - startedAt) / 1000).toFixed(2)} s`
}

function tell(file, starts) {
  const size = `${(statSync(file).size / 1e6).toFixed(1)} MB`
  console.log(`${relative(process.cwd(), file)}  ${size}`)
  for (const [what, took] of starts) console.log(`  ${what}  ${took}`)
}

try {
  mkdirSync(folder, { recursive: true })
  const program = join(root, 'dist', 'cli.js')
  tell(npmPackage(folder), [
    ['ops --version', seconds(process.execPath, program, '--version')],
    ['ops recipes, the first time', seconds(process.execPath, program, 'recipes')],
    ['ops recipes, from then on', seconds(process.execPath, program, 'recipes')],
  ])
  const single = await singleFile(folder)
  tell(single, [
    ['ops --version', seconds(single, '--version')],
    ['ops recipes, the first time (it unpacks itself)', seconds(single, 'recipes')],
    ['ops recipes, from then on', seconds(single, 'recipes')],
  ])
  console.log(
    `  for ${process.platform} on ${process.arch} alone: Node and the type checker in it are programs of this system`,
  )
} finally {
  rmSync(home, { recursive: true, force: true })
}
