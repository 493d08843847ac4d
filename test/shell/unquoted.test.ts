import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { shellcheckFlags, shellFindings, unexplained } from '../../shellcheck.mjs'
import { testWith } from '../needs.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()
const root = fileURLToPath(new URL('../../src/', import.meta.url))

/** `[ A -ef B ]`: in POSIX since 2024, and in all three shells. */
const sameFile = 'SC3013: '

/**
 * What `npm run check` would say of each of these, were it a `.sh` file: of words without quotes, of what is no POSIX sh, and of
 * what cannot be read. Each is a file of its own, as nothing is found behind what cannot be read.
 */
function found(...texts: readonly string[]): readonly string[] {
  texts.forEach((text, index) => {
    writeFileSync(join(folder, `${index}.sh`), text)
  })
  const { stdout } = spawnSync(
    'shellcheck',
    [...shellcheckFlags, ...texts.map((_, index) => `${index}.sh`)],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  )
  return shellFindings(stdout, file => readFileSync(join(folder, file), 'utf8')).filter(
    line => /SC(?:1\d{3}|2086|2046|2048|3\d{3}): /.test(line) && !line.includes(sameFile),
  )
}

/** The texts behind sh`` of a source: a hole is one quoted word, whatever stands in it. */
function shellOf(source: string): readonly string[] {
  return [...source.matchAll(/(?<![\w`'"./]|^ *(?:\/?\*|\/\/).*)sh`/gm)].map(({ index }) => {
    let text = ''
    let depth = 0
    for (let at = index + 3; at < source.length; at++) {
      const here = source.slice(at, at + (source[at] === '\\' || source.startsWith('${', at) ? 2 : 1))
      at += here.length - 1
      if (depth > 0) {
        if (here.endsWith('{')) depth++
        if (here === '}' && --depth === 0) text += "'hole'"
      } else if (here === '`') return text
      else if (here === '${') depth = 1
      else text += here.replace(/^\\/, '')
    }
    return text
  })
}

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

  testWith('shellcheck')('stands in no shell of a source, whatever way leads to it', () => {
    expect(found('if x', '[[ -e a ]]', 'cat $1').join('\n')).toMatch(/SC2086(?:.|\n)*SC3010(?:.|\n)*SC1072/)
    expect(shellOf("x(sh`a ${b ? sh`c` : { d }} \\${ops_e} 'f'`)")).toEqual(["a 'hole' ${ops_e} 'f'", 'c'])
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(path =>
      path.endsWith('.ts'),
    )
    const texts = sources.flatMap(path => shellOf(readFileSync(root + path, 'utf8')))
    expect(texts.length).toBeGreaterThan(100)
    expect(found(...texts)).toEqual([])
  })
})
