import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { compile, type Diagnostic } from '../../src/recipe/compiler.ts'
import { debconf } from '../../src/resources/debconf.ts'
import { link } from '../../src/resources/link.ts'
import { wholeFiles } from '../../src/resources/whole-files.ts'
import { raw, type Shell, sh } from '../../src/shell/sh.ts'
import { wayLibrary } from '../../src/shell/write/way.ts'
import { writeLibrary } from '../../src/shell/write-library.ts'
import { testWith } from '../needs.ts'
import { shells } from '../resources/shells.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import {
  bashisms,
  misnamed,
  missingFunctions,
  secretsInArguments,
  splitWords,
  unclaimed,
  unproved,
  unquotedParams,
  unreadable,
  unsteadyLooks,
} from './checks.ts'
import { isWhole } from './host-case.ts'
import { deafLooks } from './spoilt-programs.ts'

const sound = link.definition
const [shell = { name: 'sh', argv: ['/bin/sh'] }] = shells

/** A resource as somebody writes it, with one line of it replaced. */
const written = (from = '', to = '') =>
  `import { resource, sh, z } from 'ops-recipes'
export const mark = resource({
  type: 'mark',
  doc: 'A mark.',
  params: z.strictObject({ name: z.string() }),
  examples: [
    { title: 'One', params: { name: 'one' } },
    { title: 'Two', params: { name: 'two' } },
  ],
  identity: ({ name }) => name,
  probe: ({ name }) => sh\`cat /etc/marks/\${name}\`,
  parse: text => ({ state: text === '' ? 'absent' : 'present', mode: '0644' }),
  desired: () => ({ state: 'present' }),
  same: (key, actual, desired) => key === 'mode' || actual === desired,
  apply: ({ keys }, { name }) => keys.some(({ key }) => key === 'state') ? [sh\`touch /etc/marks/\${name}\`] : [],
  owns: ({ name }) => [\`path:/etc/marks/\${name}\`],
})
`.replace(from, to)

/** The same, with a list of what its probe prints: in its place, or above. */
const listed = (desired: string, isAbove = false) => {
  const list = "printed('state', 'why?')"
  const text = written(
    "parse: text => ({ state: text === '' ? 'absent' : 'present', mode: '0644' })",
    'parse: X',
  )
    .replace('parse: X', `parse: ${isAbove ? 'read' : list}`)
    .replace("{ state: 'present' }", `{ ${desired}: 'present' }`)
    .replace("key === 'mode' ||", "key === 'why' ||")
    .replace('{ resource', '{ printed, resource')
  return isAbove ? text.replace('\n', `; const read = ${list}\n`) : text
}

describe.runIf(isWhole)('a planted mistake is caught by types', () => {
  const folder = temporaryFolder({
    'sound.ts': written(),
    'desired.ts': written("desired: () => ({ state: 'present' })", "desired: () => ({ stat: 'present' })"),
    'several.ts': written(
      "desired: () => ({ state: 'present' })",
      "desired: ({ name }) => name === '' ? { state: 'absent' } : { ...{ state: 'present' }, mod: '0644' }",
    ),
    'same.ts': written("key === 'mode' ||", "key === 'mdoe' ||"),
    'apply.ts': written("({ key }) => key === 'state'", "({ key }) => key === 'stat'"),
    'owns.ts': written('  owns: ({ name }) => [`path:/etc/marks/${name}`],\n', ''),
    'listed.ts': listed('state'),
    'inline.ts': listed('stat'),
    'above.ts': listed('stat', true),
    'printed.ts': listed('state').replace("key === 'why'", "key === 'wyh'"),
    'all.ts': ['sound', 'desired', 'several', 'same', 'apply', 'owns', 'listed', 'inline', 'above', 'printed']
      .map(name => `export * as ${name} from './${name}.ts'\n`)
      .join(''),
  })
  let found: readonly Diagnostic[] = []
  beforeAll(async () => {
    found = await compile([join(folder, 'all.ts')], folder)
  })
  const said = (name: string) =>
    found
      .filter(({ where }) => where?.file === join(folder, name))
      .map(({ text, where }) => `${where?.line}: ${text}`)

  test('and a sound resource is let through', () => {
    expect([...said('sound.ts'), ...said('listed.ts')]).toEqual([])
  })

  test.each([
    ['a typo in a desired key', 'desired.ts', /^13: .*'"parse gives no stat"'/],
    ['a typo in one of several desired states', 'several.ts', /^13: .*parse gives no mod/],
    ['a typo in a key that is compared', 'same.ts', /^14: .*no overlap/],
    ['a typo in a key that apply asks for', 'apply.ts', /^15: .*no overlap/],
    ['a typo in a desired key, beside a list', 'inline.ts', /^13: .*'"parse gives no stat"'/],
    ['a typo in a desired key, below a list', 'above.ts', /^13: .*'"parse gives no stat"'/],
    ['a typo in a key that is compared, beside a list', 'printed.ts', /^14: .*no overlap/],
    ['`owns` forgotten', 'owns.ts', /'owns' is missing/],
  ])('%s', (_mistake, name, expected) => {
    const [first, ...more] = said(name)
    expect(first).toMatch(expected)
    expect(more).toEqual([])
  })
})

describe('a planted mistake is caught by conformance', () => {
  test('and a sound resource is let through', () => {
    expect(missingFunctions(sound)).toEqual([])
    expect(unquotedParams(sound, [shell])).toEqual({ [shell.name]: [] })
    expect(unsteadyLooks(sound, shell)).toEqual([])
    expect(misnamed({ link: sound })).toEqual([])
  })

  test('a library forgotten, of the probe or of the apply', () => {
    expect(missingFunctions({ ...sound, library: [wayLibrary, writeLibrary] })).toContain(
      'ops_paths is in none of its libraries',
    )
    const { library: [way, look] = [] } = sound
    expect(missingFunctions({ ...sound, library: [way, look].flatMap(each => each ?? []) })).toContain(
      'ops_symlink is in none of its libraries',
    )
    // Called by another one, which gets its name.
    const { library: whole = [] } = wholeFiles.definition
    const others = whole.filter(({ name }) => name !== 'whole-files-look')
    expect(missingFunctions({ ...wholeFiles.definition, library: others })).toContain(
      'ops_whole is in none of its libraries',
    )
  })

  test('a text that a shell cannot read', () => {
    expect(unreadable(['if true; then :; fi'], shell)).toBe('')
    expect(unreadable([':', 'if true; then :'], shell)).toContain('1.sh:')
  })

  test('`owns` that says nothing of what is written', () => {
    const params = { path: '/srv/link', to: 'there' }
    expect(unclaimed(['/srv/link', '/srv/other'], sound.owns?.(params) ?? [])).toEqual(['/srv/other'])
    expect(unclaimed(['/srv/link'], [])).toEqual(['/srv/link'])
  })

  test('a `type` unlike its name', () => {
    expect(misnamed({ link: { ...sound, type: 'lnik' } })).toEqual(['link has the type lnik'])
  })

  test('an unquoted hole, in raw text or inside quotes', () => {
    const unquoted = {
      ...sound,
      apply: (_change: unknown, { path, to }: { path: string; to: string }) => [
        raw('planted', `ops_symlink ${path} ${to}`),
      ],
    }
    expect(unquotedParams(unquoted, [shell])[shell.name]).toContain('a param was run as code')
    expect(() => sh`ops_symlink "${'a'}"`).toThrow('a hole inside " cannot be protected')
  })

  test('a secret as an argument of a program', () => {
    const told = (apply: (value: Secret) => Shell) =>
      secretsInArguments({
        ...debconf.definition,
        apply: (_change, { value }) => (value instanceof Secret ? [apply(value)] : []),
      })
    expect(told(value => sh`set-password ${value}`)).toEqual([
      'A password: a secret is an argument of a program',
    ])
    expect(told(value => sh`printf '%s\\n' ${value} | set-password`)).toEqual([])
  })

  test('a probe that prints a time, or a pid', () => {
    expect(unsteadyLooks({ ...sound, probe: () => sh`date +%s` }, shell)).toHaveLength(2)
    expect(unsteadyLooks({ ...sound, probe: () => sh`echo "seen by $$"` }, shell)).toHaveLength(2)
  })

  test('a program that fails or is missing, taken for an answer', () => {
    const heard = (probe: string) =>
      deafLooks({ ...sound, probe: () => raw('planted', `${probe}; echo to=x`) }, shell)
    expect(heard('kind=$(ls -d /etc | sed s,/etc,link,); echo "kind=${kind:-absent}"')).toContainEqual(
      expect.stringMatching(/where ls fails: state is absent, and not present/),
    )
    expect(heard('if ls -d /etc >/dev/null; then echo kind=link; else echo kind=absent; fi')).toContainEqual(
      expect.stringMatching(/where ls is missing: state is absent, and not present/),
    )
    expect(heard('kind=$(ls -d /etc >/dev/null && echo link) || exit; echo "kind=$kind"')).toEqual([])
  }, 300_000)

  testWith('shellcheck').each([
    ['a test of bash', 'ops_x() { [[ -n $1 ]] && echo yes; }'],
    ['a part of a text', 'ops_x() { echo "${1:0:3}"; }'],
    ['a list', 'ops_x() { ops_a=(one two); echo "$ops_a"; }'],
    ['both outputs at once', 'ops_x() { ls &>/dev/null; }'],
  ])('a bashism: %s', (_name, text) => {
    expect(bashisms(text)).not.toEqual([])
  })

  testWith('shellcheck').each([
    ['a variable', sh`set -- ${'a b'}; cat $1`],
    ['what a program prints', sh`cat $(cat /etc/names)`],
  ])('%s without quotes, in a look or a change', (_name, { shell: text }) => {
    expect(splitWords(text)).toEqual([expect.stringContaining('word splitting')])
  })

  testWith('shellcheck')('a `!` in a case that proves nothing, as others stand behind it', () => {
    expect(unproved(['! command -v tree; rm theirs'])).toEqual([expect.stringContaining('skips errexit')])
    expect(unproved(['test -e one; ! grep x one', 'if grep x one; then exit 1; fi; rm one'])).toEqual([])
  })
})
