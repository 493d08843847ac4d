/** Links that another user could move: a run as root follows none of them into what is not theirs. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directory } from '../../../src/resources/directory.ts'
import { file } from '../../../src/resources/file.ts'
import { gitBare } from '../../../src/resources/git-bare.ts'
import { line } from '../../../src/resources/line.ts'
import { link } from '../../../src/resources/link.ts'
import { option } from '../../../src/resources/option.ts'
import { librariesOf, nothing, Place, parsed, shells } from '../shells.ts'

const root = process.getuid?.() === 0
const her = 1234
const hasGit = spawnSync('git', ['--version']).status === 0

describe.runIf(root).each(shells)('in a home of somebody else, $name', shell => {
  let place: Place
  /** Her home, and a directory of root with a file in it, which none of this may change. */
  beforeEach(() => {
    place = new Place(shell)
    place.environment.PATH = `${place.environment.PATH ?? ''}:${process.env.PATH}`
    chmodSync(place.root, 0o755)
    mkdirSync(place.path('home'))
    mkdirSync(place.path('private/sub'), { recursive: true })
    chmodSync(place.path('private'), 0o700)
    writeFileSync(place.path('private/key'), 'a=secret\n', { mode: 0o600 })
    writeFileSync(place.path('private/sub/deep'), 'deep\n')
    chownSync(place.path('home'), her, her)
  })
  afterEach(() => place.remove())

  const plant = (name: string, to: string) => {
    symlinkSync(to, place.path(`home/${name}`))
    lchownSync(place.path(`home/${name}`), her, her)
  }
  const own = (name: string, text?: string) => {
    if (text === undefined) mkdirSync(place.path(`home/${name}`))
    else writeFileSync(place.path(`home/${name}`), text)
    chownSync(place.path(`home/${name}`), her, her)
  }
  /** What an independent look sees of what belongs to root. */
  const seen = () =>
    spawnSync('sh', ['-c', 'find . -exec stat -c "%n %a %u %g %i %Y" {} + -type f -exec cat {} +'], {
      cwd: place.path('private'),
      encoding: 'utf8',
    }).stdout

  const given = { mode: '0777', owner: String(her) }
  const steps = [
    ['the directory itself', directory, { path: 'home/app', ...given }],
    ['a directory below it', directory, { path: 'home/app/new', ...given }],
    ['a directory that is to go', directory, { path: 'home/app/sub', state: 'absent', recursive: true }],
    ['a file below it', file, { path: 'home/app/key', content: 'hers', ...given }],
    ['a new file below it', file, { path: 'home/app/new', content: 'hers', ...given }],
    ['a file of which only the mode changes', file, { path: 'home/app/key', mode: '0644' }],
    ['a file that is to go', file, { path: 'home/app/key', state: 'absent' }],
    ['a file that is a link', file, { path: 'home/x', mode: '0644' }],
    ['a file that is a link, in place', file, { path: 'home/x', content: 'hers', inPlace: true }],
    ['a line', line, { path: 'home/x', line: 'one' }],
    ['an option', option, { path: 'home/app/key', key: 'a', value: '1' }],
    ['a link', link, { path: 'home/app/key', to: '/' }],
    ...(hasGit
      ? [['a repository', gitBare, { path: 'home/app/git', ...{ owner: String(her) } }] as const]
      : []),
  ] as const
  const made = [
    ['a new directory', directory, { path: 'home/new', mode: '0777' }],
    ['a new file', file, { path: 'home/new', content: 'x', mode: '0777' }],
  ] as const
  // The shell of busybox takes its own mkdir; D5 of the fault suite has her race against that one.
  describe.runIf(shell.name !== 'busybox')('where mkdir goes by a name a second time', () => {
    test.each(made)('%s is given its mode from inside', (_title, maker, input) => {
      // As she could do it: what mkdir has just made is exchanged for a link before its mode is set.
      const folder = join(place.root, 'programs')
      mkdirSync(folder)
      const program = `#!/bin/sh
      for last; do :; done
      PATH=\${PATH#*:}
      [ "$1" = -m ] || exec mkdir "$@"
      mkdir -- "$last" && mv -- "$last" "$last.hers" && ln -s '${place.path('private')}' "$last" && chmod "$2" "$last"
      rm -f -- "$last"; mv -- "$last.hers" "$last"`
      writeFileSync(join(folder, 'many-names'), program, { mode: 0o755 })
      symlinkSync('many-names', join(folder, 'mkdir'))
      place.environment.PATH = `${folder}:${place.environment.PATH ?? ''}`
      chmodSync(place.path('private'), 0o750)
      const before = seen()
      const { definition } = maker
      const params = definition.params.parse({ ...input, path: place.path(input.path) }) as never
      expect(place.apply(definition, params)).toMatchObject({ code: 0, stderr: '' })
      expect(seen()).toBe(before)
      expect(place.look(definition, params)).toMatchObject({ mode: '0777' })
    })
  })

  test.each(steps)('a link of hers leads %s nowhere', (_title, maker, input) => {
    plant('app', place.path('private'))
    plant('x', place.path('private/key'))
    const before = seen()
    const definition = maker.definition
    const params = definition.params.parse({ ...input, path: place.path(input.path) }) as never
    const looked = place.execute(definition.probe(params), {
      libraries: (definition.library ?? []).map(({ text }) => text).join('\n'),
    })
    const plan = looked.code === 0 ? definition.parse(looked.stdout, params) : {}
    expect(`${looked.stderr}${definition.impossible?.(plan as never, params)}`).toMatch(
      /is a symbolic link of another user \(.*Name the real path in the step/,
    )
    const changes = Object.entries(definition.desired(params)).map(([key, to]) => ({ key, from: '', to }))
    const change = { actual: plan, desired: {}, keys: changes } as never
    const [text] = definition.apply?.(change, params) ?? []
    const done = place.execute(text ?? { shell: 'false' }, {
      libraries: (definition.library ?? []).map(({ text }) => text).join('\n'),
    })
    expect(done.code, done.stderr).not.toBe(0)
    expect(done.stderr).toContain('nothing was changed')
    expect(seen()).toBe(before)
  })

  test('a link of hers to what is hers is followed, and one of root anywhere', () => {
    own('real')
    own('real/file', 'old')
    plant('link', 'real')
    expect(
      place.apply(file.definition, parsed(file, { path: place.path('home/link/file'), content: 'new' })),
    ).toMatchObject({ code: 0 })
    expect(readFileSync(place.path('home/real/file'), 'utf8')).toBe('new')
    expect(statSync(place.path('home/real/file')).uid).toBe(her)
    symlinkSync('home', place.path('way'))
    const params = parsed(directory, { path: place.path('way/link'), mode: '0711' })
    expect(place.apply(directory.definition, params)).toMatchObject({ code: 0 })
    expect(statSync(place.path('home/real')).mode & 0o777).toBe(0o711)
    const made = place.apply(directory.definition, parsed(directory, { path: place.path('way/made/deep') }))
    expect(made).toMatchObject({ code: 0 })
    const refused = place.apply(directory.definition, parsed(directory, { path: place.path('way/link/a/b') }))
    expect(refused.stderr).toContain('no directory is made behind')
    expect(existsSync(place.path('home/real/a'))).toBe(false)
  })

  test('what anybody may move is followed nowhere', () => {
    own('real')
    plant('link', 'real')
    chmodSync(place.path('home'), 0o777)
    const params = parsed(file, { path: place.path('home/link/file'), content: 'new' })
    const done = place.apply(file.definition, params)
    expect(done.code).not.toBe(0)
    expect(done.stderr).toContain('anybody may move it')
  })

  test('files of hers get mode and content, each by itself', () => {
    own('file', 'old')
    const path = place.path('home/file')
    const { ino } = statSync(path)
    for (const wanted of [
      { mode: '0640' },
      { content: 'new', inPlace: true },
      { content: 'newer', mode: '0604', owner: '0' },
    ]) {
      expect(place.apply(file.definition, parsed(file, { path, ...wanted }))).toMatchObject({
        code: 0,
        stderr: '',
      })
      expect(place.apply(file.definition, parsed(file, { path, ...wanted })).keys).toEqual([])
      if (!('owner' in wanted)) expect(statSync(path).ino).toBe(ino)
    }
    expect(spawnSync('ls', ['-A', place.path('home')], { encoding: 'utf8' }).stdout).toBe('file\n')
  })

  test('a foreign file to which she gave a second name keeps mode and content', () => {
    linkSync(place.path('private/key'), place.path('home/key'))
    const before = seen()
    for (const wanted of [{ mode: '0644' }, { content: 'hers', inPlace: true }]) {
      const done = place.apply(file.definition, parsed(file, { path: place.path('home/key'), ...wanted }))
      expect(done.stderr).toContain('has another name elsewhere (a hard link)')
    }
    expect(seen()).toBe(before)
  })

  test('a stage whose folder she moves away in the moment in which it is made does not stay', () => {
    own('app')
    own('app/key', 'old')
    // What is made in a shared folder is setgid as that is, and root's.
    chmodSync(place.path('home/app'), 0o2775)
    const path = place.path('home/app/key')
    const [text] =
      file.definition.apply?.(
        {
          actual: {},
          desired: {},
          keys: [{ key: 'content', from: '', to: '' }],
        },
        parsed(file, { path, content: 'new' }),
      ) ?? []
    const home = place.path('home')
    const moving = `mkdir() {
      command mkdir "$@" || return
      case $* in *.ops.*) mv -T '${home}/app' '${home}/app~' && ln -s '${place.path('private')}' '${home}/app';; esac
    }`
    const before = seen()
    const done = place.execute(text ?? nothing, { libraries: `${librariesOf(file.definition)}\n${moving}` })
    expect(done).toMatchObject({
      code: 98,
      stderr: expect.stringContaining('somebody else interferes in'),
    })
    expect(readdirSync(place.path('home/app~'))).toEqual(['key'])
    expect(readFileSync(place.path('home/app~/key'), 'utf8')).toBe('old')
    expect(seen()).toBe(before)
  })

  test('a stage that a killed run left in her folder is swept, and not a directory of root to which she gave its name', () => {
    for (const name of ['.ops.00ff00ff', '.ops.11ee11ee']) {
      mkdirSync(place.path(`home/${name}`), { mode: 0o700 })
      writeFileSync(place.path(`home/${name}/file`), 'x')
    }
    writeFileSync(place.path('home/.ops.00ff00ff/.ops-mark'), '')
    own('file', 'old')
    const params = parsed(file, { path: place.path('home/file'), content: 'new' })
    expect(place.apply(file.definition, params)).toMatchObject({ code: 0 })
    expect(existsSync(place.path('home/.ops.00ff00ff'))).toBe(false)
    expect(readFileSync(place.path('home/.ops.11ee11ee/file'), 'utf8')).toBe('x')
  })

  test('a program of hers does not become one of root with more rights than were asked for', () => {
    own('tool', 'old')
    chmodSync(place.path('home/tool'), 0o4755)
    const params = parsed(file, { path: place.path('home/tool'), content: 'new', owner: '0' })
    expect(place.apply(file.definition, params)).toMatchObject({ code: 0 })
    expect(statSync(place.path('home/tool')).mode & 0o7777).toBe(0o755)
  })
})
