import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { shellcheckFlags, shellFindings, unexplained } from '../../shellcheck.mjs'
import { testWith } from '../needs.ts'

const root = fileURLToPath(new URL('../../src/', import.meta.url))

/** What `npm run check` would say of this text, were it a `.sh` file. */
function found(text: string): readonly string[] {
  const { stdout } = spawnSync('shellcheck', [...shellcheckFlags, '-'], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return shellFindings(stdout, () => text).filter(line => /SC20(?:86|46|48): /.test(line))
}

/** The texts behind sh`` of a source: a hole is one quoted word, whatever stands in it. */
function shellOf(source: string): readonly string[] {
  return [...source.matchAll(/\bsh`/g)].map(({ index }) => {
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

describe('a word of shell without quotes', () => {
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

  testWith('shellcheck')('splits nothing by accident in the shell of a source', () => {
    expect(shellOf("x(sh`a ${b ? sh`c` : { d }} \\${ops_e} 'f'`)")).toEqual(["a 'hole' ${ops_e} 'f'", 'c'])
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(path =>
      path.endsWith('.ts'),
    )
    const texts = sources.flatMap(path => shellOf(readFileSync(root + path, 'utf8')))
    expect(texts.length).toBeGreaterThan(100)
    expect(found(texts.map(text => `(\n${text}\n)`).join('\n'))).toEqual([])
  })
})
