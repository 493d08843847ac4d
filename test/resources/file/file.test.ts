import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Secret } from '../../../src/base/secret.ts'
import { file } from '../../../src/resources/file.ts'
import { asIs, librariesOf, Place, parsed, shells } from '../shells.ts'

type Input = z.input<typeof file.definition.params>

const root = process.getuid?.() === 0

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8).padStart(4, '0')
}

function stages(folder: string): string[] {
  return readdirSync(folder).filter(name => name.startsWith('.ops.'))
}

describe.each(shells)('a file on $name', shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
  })
  afterEach(() => place.remove())

  const definition = file.definition
  const apply = (input: Input, environment: Record<string, string> = {}) =>
    place.apply(definition, parsed(file, input), environment)

  /** Applies and expects that a second look finds nothing to do and no stage is left. */
  const settles = (input: Input) => {
    const done = apply(input)
    expect(done).toMatchObject({ code: 0 })
    expect(apply(input).keys).toEqual([])
    expect(stages(place.files)).toEqual([])
    return done
  }

  test('is made with mode 0644 where none was asked', () => {
    const path = place.path('new.conf')
    expect(settles({ path, content: 'a\n\nb' }).keys).toEqual(['state', 'content'])
    expect(readFileSync(path, 'utf8')).toBe('a\n\nb')
    expect(modeOf(path)).toBe('0644')
  })

  test.each([
    ['empty', ''],
    ['only line ends', '\n\n\n'],
    ['CRLF without a final newline', 'a\r\nb'],
    ['a byte order mark', '\ufeffa=1\n'],
    ['quotes, dollars and backslashes', `'"$(touch /tmp/x)\`id\`\\n%s%d\\\\ \\c`],
    [
      'every ASCII character but NUL',
      String.fromCharCode(...Array.from({ length: 127 }, (_, index) => index + 1)),
    ],
    ['many scripts', 'ÀĀँ中\u{1f600}\u0081\u0088\u009d￿'],
    ['a leading dash', '-n -e\n'],
    ['200 KB', 'x y\n'.repeat(50_000)],
  ])('holds %s byte for byte', (_title, content) => {
    const path = place.path('it')
    settles({ path, content })
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  test('keeps mode and owner of the file that it replaces', () => {
    const path = place.path('kept')
    writeFileSync(path, 'old')
    if (root) chownSync(path, 1234, 4321)
    chmodSync(path, 0o4751)
    settles({ path, content: 'new' })
    expect(modeOf(path)).toBe('4751')
    if (root) expect([statSync(path).uid, statSync(path).gid]).toEqual([1234, 4321])
  })

  test.runIf(root)('gets mode, owner by number and group by name', () => {
    const path = place.path('all')
    expect(settles({ path, content: 'x', mode: '640', owner: '1234', group: 'daemon' }).code).toBe(0)
    expect([modeOf(path), statSync(path).uid]).toEqual(['0640', 1234])
  })

  test('changes only the mode without a new inode', () => {
    const path = place.path('mode')
    writeFileSync(path, 'same')
    const { ino } = statSync(path)
    expect(settles({ path, content: 'same', mode: '0600' }).keys).toEqual(['mode'])
    expect([modeOf(path), statSync(path).ino]).toEqual(['0600', ino])
  })

  test.runIf(root)('changes mode and owner in one move', () => {
    const path = place.path('both')
    writeFileSync(path, 'same')
    const { ino } = statSync(path)
    expect(settles({ path, mode: '0600', owner: '77' }).keys).toEqual(['mode', 'owner'])
    expect([modeOf(path), statSync(path).uid, readFileSync(path, 'utf8')]).toEqual(['0600', 77, 'same'])
    expect(statSync(path).ino).not.toBe(ino)
  })

  test('is removed, and what it held is kept', () => {
    const path = place.path('gone')
    writeFileSync(path, 'precious')
    settles({ path, state: 'absent' })
    const [kept = '', target] = readFileSync(join(place.run, 'journal'), 'utf8').trimEnd().split('\t')
    expect([readFileSync(kept, 'utf8'), target]).toEqual(['precious', path])
  })

  test('is written through a symbolic link, which stays', () => {
    writeFileSync(place.path('real'), 'old')
    symlinkSync('real', place.path('link'))
    settles({ path: place.path('link'), content: 'new' })
    expect(readlinkSync(place.path('link'))).toBe('real')
    expect(readFileSync(place.path('real'), 'utf8')).toBe('new')
  })

  test.runIf(root)('is not written through a link that another user planted', () => {
    writeFileSync(place.path('shadow'), 'old')
    symlinkSync('shadow', place.path('planted'))
    spawnSync('chown', ['-h', '1234', place.path('planted')])
    const done = apply({ path: place.path('planted'), content: 'new' })
    expect(done.code).not.toBe(0)
    expect(done.stderr).toContain('symbolic link of another user')
    expect(readFileSync(place.path('shadow'), 'utf8')).toBe('old')
  })

  test.each([
    ['a dangling link', 'dangling'],
    ['a loop of links', 'dangling'],
    ['a directory', 'directory'],
    ['a link to a device', 'special'],
    ['a fifo', 'special'],
  ])('is impossible where %s stands', (title, kind) => {
    const path = place.path('odd')
    if (title === 'a dangling link') symlinkSync('nowhere', path)
    if (title === 'a loop of links') symlinkSync('odd', path)
    if (title === 'a directory') mkdirSync(path)
    if (title === 'a link to a device') symlinkSync('/dev/null', path)
    if (title === 'a fifo') spawnSync('mkfifo', [path])
    const params = parsed(file, { path, content: 'x' })
    const actual = place.look(definition, params)
    expect(actual.state).toBe(kind)
    expect(definition.impossible?.(actual, params)).toContain(path)
    const done = apply({ path, content: 'x' })
    expect(done.code).toBe(98)
    expect(done.stderr.trimEnd().split('\n').at(-1)).toMatch(/^ops: .*nothing was changed$/)
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
    expect(stages(place.files)).toEqual([])
  })

  test('says which directory is missing', () => {
    const done = apply({ path: place.path('no/such/file'), content: 'x' })
    expect(done.code).toBe(98)
    expect(done.stderr).toContain(`its directory ${place.path('no/such')} is not there`)
  })

  test('leaves the old file when the validator refuses, and shows what it said', () => {
    const path = place.path('checked')
    writeFileSync(path, 'good')
    const done = apply({
      path,
      content: 'bad',
      validate: 'echo checking %s; grep -q good %s || { echo no good; exit 3; }',
    })
    expect(done.code).toBe(98)
    expect(done.stderr).toContain('/.ops.c0ffee0123456789/checked')
    expect(done.stderr.trimEnd()).toMatch(
      /validator refused the new content \(no good\); nothing was changed$/,
    )
    expect(readFileSync(path, 'utf8')).toBe('good')
    expect(stages(place.files)).toEqual([])
    const silent = apply({ path, content: 'bad', validate: 'grep -q good %s' })
    expect(silent.stderr.trimEnd()).toMatch(
      /validator refused the new content \(`grep -q good "\$1"` ended with exit code 1\); nothing was changed$/,
    )
    settles({ path, content: 'all good', validate: 'grep -q good %s' })
  })

  test('leaves the old file when the new one does not arrive whole', () => {
    const path = place.path('torn')
    writeFileSync(path, 'old')
    const params = parsed(file, { path, content: 'new content' })
    const change = { actual: {}, desired: {}, keys: [{ key: 'content', from: '', to: '' }] }
    const shell = definition.apply?.(change, params)[0]?.shell ?? ''
    const done = place.execute(asIs(shell.replace("'new content'", "'new'")), {
      libraries: librariesOf(definition),
    })
    expect(done.code).toBe(98)
    expect(done.stderr).toContain('did not arrive whole; nothing was changed')
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  test('sweeps the stage of a killed run, and nothing that only looks like one', () => {
    mkdirSync(place.path('.ops.00ff00ff'))
    writeFileSync(place.path('.ops.00ff00ff/it'), 'half')
    mkdirSync(place.path('.ops.d'))
    mkdirSync(place.path('.ops.backup2'))
    apply({ path: place.path('it'), content: 'whole' })
    expect(readdirSync(place.files).sort()).toEqual(['.ops.backup2', '.ops.d', 'it'])
  })

  test('breaks a hard link and says so; in place keeps it', () => {
    const [path, other] = [place.path('one'), place.path('two')]
    writeFileSync(path, 'old')
    linkSync(path, other)
    expect(apply({ path, content: 'new' }).stderr).toContain('hard links')
    expect(readFileSync(other, 'utf8')).toBe('old')
    linkSync(path, place.path('three'))
    settles({ path, content: 'newer', inPlace: true })
    expect(readFileSync(place.path('three'), 'utf8')).toBe('newer')
  })

  test('restores what this run changed, however often it changed it', () => {
    const [changed, made, removed] = [place.path('changed'), place.path('made'), place.path('removed')]
    writeFileSync(changed, 'first')
    chmodSync(changed, 0o640)
    writeFileSync(removed, 'here')
    apply({ path: changed, content: 'second', mode: '0600' })
    apply({ path: changed, content: 'third' })
    apply({ path: made, content: 'new' })
    apply({ path: removed, state: 'absent' })
    const run = (text: string) => place.execute(asIs(text), { libraries: librariesOf(definition) })
    expect(run(`ops_changed ${changed}; ops_changed ${place.files}; ! ops_changed ${changed}x`).code).toBe(0)
    expect(run(`ops_restore ${place.files}`)).toMatchObject({ code: 0, stderr: '' })
    expect([readFileSync(changed, 'utf8'), modeOf(changed)]).toEqual(['first', '0640'])
    expect(existsSync(made)).toBe(false)
    expect(readFileSync(removed, 'utf8')).toBe('here')
  })

  test('works for a user of the host who has no directory of the run', () => {
    const path = place.path('mine')
    writeFileSync(path, 'old')
    expect(apply({ path, content: 'new' }, { OPS_DIR: '', OPS_NONCE: '' })).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  test('shows its text as a detail only where it differs and others may read it', () => {
    const path = place.path('shown')
    const detail = (input: Input) =>
      place.execute(definition.probe(parsed(file, input)), {
        libraries: librariesOf(definition),
        details: true,
      }).stdout
    expect(detail({ path, content: 'new\n' })).toMatch(/detail 0\nabsent\n$/)
    writeFileSync(path, 'old\n')
    chmodSync(path, 0o644)
    expect(detail({ path, content: 'new\n' })).toMatch(/detail 0\ntext\nold\n$/)
    expect(detail({ path, content: 'old\n' })).not.toContain('detail')
    chmodSync(path, 0o640)
    expect(detail({ path, content: 'new\n' })).toMatch(/detail 0\nprivate\n$/)
  })

  test('tells "may not look" from "absent"', { skip: !root }, () => {
    mkdirSync(place.path('closed'), { mode: 0o700 })
    const params = parsed(file, { path: place.path('closed/file'), content: 'x' })
    chmodSync(place.root, 0o755)
    writeFileSync(place.path('probe'), `${librariesOf(definition)}\n${definition.probe(params).shell}\n`)
    chmodSync(place.path('probe'), 0o644)
    const done = spawnSync('setpriv', ['--reuid=65534', '--clear-groups', ...shell.argv, place.path('probe')])
    expect(done.status).not.toBe(0)
    expect(String(done.stderr)).toContain(`not allowed to look into ${place.path('closed')}`)
  })

  test('looks at many with the bytes of single looks', () => {
    writeFileSync(place.path('a'), 'a')
    writeFileSync(place.path('b\\c'), 'b')
    mkdirSync(place.path('d'))
    symlinkSync('none', place.path('e'))
    const many = ['a', 'none', 'b\\c', 'd', 'e', 'a'].map(name =>
      parsed(file, { path: place.path(name), content: 'z', mode: '0644', owner: 'root', group: '0' }),
    )
    many.push(parsed(file, { path: place.path('a'), state: 'absent' }))
    const all = place.execute(definition.probeMany?.(many) ?? asIs('false'), {
      libraries: librariesOf(definition),
    })
    expect(all.stdout).toBe(many.map(params => `${place.observe(definition, params)}--mark--\n`).join(''))
    expect(all.stdout).toContain('kind=dangling')
  })
})

describe('the params of a file', () => {
  const refused = (input: unknown) =>
    file.definition.params.safeParse(input).error?.issues.map(({ message }) => message)

  test.each([
    [{ path: 'etc/x', content: '' }, 'must be an absolute path'],
    [{ path: '/etc/../x', content: '' }, 'must be plain'],
    [{ path: '/etc/x/', content: '' }, 'must be plain'],
    [{ path: '/', content: '' }, 'must not be the root directory'],
    [{ path: '/x\ny', content: '' }, 'must be one line'],
    [{ path: '/x', content: 'a\0b' }, 'NUL byte'],
    [{ path: '/x', content: '\ud800' }, 'well-formed'],
    [{ path: '/x', content: 'x'.repeat(256 * 1024 + 1) }, 'larger than 256 KB'],
    [{ path: '/x', content: 'a', source: 'b' }, 'give only one of content, source'],
    [{ path: '/x', content: undefined }, 'content is given and undefined: leave it out, or give it'],
    [{ path: '/x', content: 'a', state: 'absent' }, 'an absent file has no content'],
    [{ path: '/x', mode: '888' }, 'octal digits'],
    [{ path: '/x', mode: 420 }, 'expected string'],
    [{ path: '/x', owner: 'a b' }, 'user or group name'],
    [{ path: '/x', owner: '-R' }, 'user or group name'],
  ])('refuse %j', (input, message) => {
    expect(refused(input)?.join()).toContain(message)
  })

  test('never show a secret: not in states, notes or diffs', () => {
    const params = parsed(file, { path: '/x', content: new Secret('hunter2') })
    const { definition } = file
    expect(definition.desired(params)).toEqual({ state: 'present', content: '[secret]' })
    expect(definition.parse('kind=file\nsha256=00\n', params)).toEqual({
      state: 'present',
      content: 'not [secret]',
    })
    expect(definition.texts?.('text\nold', params)).toBeUndefined()
    expect(definition.notes?.('text\nold', params)).toEqual(['secret: content not shown'])
  })
})
