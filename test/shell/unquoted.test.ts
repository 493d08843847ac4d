import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import {
  shellcheckFlags,
  shellFindings,
  shellTemplates,
  templateFindings,
  unexplained,
} from '../../shellcheck.mjs'
import { testWith } from '../needs.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const settings = '.shellcheckrc'
const folder = temporaryFolder({ [settings]: readFileSync(join(project, settings), 'utf8') })

/** What shellcheck prints of each of these: a file of its own, as nothing is found behind what cannot be read. */
function checked(texts: readonly string[]): string {
  texts.forEach((text, index) => {
    writeFileSync(join(folder, `${index}.sh`), text)
  })
  const argv = [...shellcheckFlags, ...texts.map((_, index) => `${index}.sh`)]
  return spawnSync('shellcheck', argv, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 }).stdout
}

const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')
/** What `npm run check` says of a `.sh` file, and of a text behind sh``. */
const found = (...texts: readonly string[]) => shellFindings(checked(texts), textOf)
const foundInTemplates = (...texts: readonly string[]) => templateFindings(checked(texts), textOf)

describe('a word of shell without quotes, or a bashism', () => {
  testWith('shellcheck')('is found, but where a list is meant', () => {
    expect(
      found(
        'f() {\ncat $1\ncat $ops_kind\ncat $(ls)\nset -- $ops_rest\ncat $ops_names ${ops_own_files#x}\n}',
      ),
    ).toEqual(['cat $1', 'cat $ops_kind', 'cat $(ls)'].map(line => expect.stringContaining(`: ${line}`)))
    expect(unexplained('# shellcheck disable=SC2086\n# shellcheck disable=SC2086 # options\n')).toHaveLength(
      1,
    )
  })

  testWith('shellcheck')('is found in the sh`` of a resource, on the line where it stands', () => {
    expect(foundInTemplates('if x', '[[ -e a ]]', 'cat $1').join('\n')).toMatch(
      /SC2086(?:.|\n)*SC3010(?:.|\n)*SC1072/,
    )
    const source = "a(\n  sh`a ${b ?\n sh`c` : { d }} \\${ops_e} 'f'`)\n/** Of sh`[[` */\n"
    expect(shellTemplates(source)).toEqual(["\na \n'hole' ${ops_e} 'f'", '\n\nc'])
    expect(foundInTemplates(...shellTemplates('x(\n\n  sh`[[ ${a} ]]`)'))).toEqual([
      expect.stringMatching(/^0\.sh:3:.*SC3010/),
    ])
  })

  testWith('shellcheck')('that somebody writes into a resource is told by `npm run check`', () => {
    const own = temporaryFolder({ 'src/mark.ts': 'export const probe = () =>\n  sh`[[ -e ${path} ]]`\n' })
    symlinkSync(join(project, 'node_modules'), join(own, 'node_modules'))
    const { stdout, status } = spawnSync(process.execPath, [join(project, 'check.mjs')], {
      cwd: own,
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/^src\/mark\.ts:2:\d+: .*\[\[ \]\].*SC3010/m)
    expect(status).toBe(1)
  })
})
