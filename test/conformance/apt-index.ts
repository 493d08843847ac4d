/** apt on this machine with an index that it keeps: in an image for containers it reads all lists anew in each run, most of what looks would compute. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderOfRun } from '../hosts/once-a-run.ts'

const parts = '/etc/apt/apt.conf.d'

/** For all files that this process runs. */
let kept: Readonly<Record<string, string>> | undefined

/** Variables with which apt reads what this machine tells it, and a place for the index after that. */
export function withAptIndex(): Readonly<Record<string, string>> {
  if (!existsSync(parts)) return {}
  kept ??= keep(folderOfRun())
  return kept
}

function keep(folder: string): Readonly<Record<string, string>> {
  const own = join(folder, 'parts')
  mkdirSync(own)
  for (const name of readdirSync(parts)) symlinkSync(join(parts, name), join(own, name))
  writeFileSync(
    join(own, 'zz-index'),
    `Dir::Cache::pkgcache "${folder}/pkgcache.bin";\nDir::Cache::srcpkgcache "${folder}/srcpkgcache.bin";\n`,
  )
  const file = join(folder, 'apt.conf')
  writeFileSync(file, `Dir::Etc::parts "${own}";\n`)
  return { APT_CONFIG: file }
}
