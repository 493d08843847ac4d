/** File systems and files that refuse a write; faults at each system call are in test/faults. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { file } from '../../../src/resources/file.ts'
import { asIs, librariesOf, Place, parsed, shells } from '../shells.ts'

const [shell = { name: 'sh', argv: ['/bin/sh'] }] = shells
const { definition } = file
const [oldText, newText] = ['old content\n'.repeat(2000), 'new content, longer\n'.repeat(2000)]

interface Case {
  readonly place: Place
  readonly path: string
  readonly params: ReturnType<typeof parsed<unknown, unknown>>
}

function start(): Case {
  const place = new Place(shell)
  const path = place.path('app.conf')
  writeFileSync(path, oldText)
  chmodSync(path, 0o600)
  const params = parsed(file, { path, content: newText, mode: '0640', validate: 'test -s %s' })
  return { place, path, params }
}

describe.runIf(process.getuid?.() === 0)('a write to a small file system', () => {
  test('that is full leaves the old file and nothing else', () => {
    const each = start()
    try {
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48k', 'tmpfs', each.place.files]).status).toBe(0)
      writeFileSync(each.path, oldText)
      chmodSync(each.path, 0o600)
      const before = readdirSync(each.place.files)
      const done = each.place.apply(definition, each.params)
      expect(done.code).toBe(98)
      expect(done.stderr.trimEnd().split('\n').at(-1)).toMatch(/^ops: .*app.conf: .*nothing was changed$/)
      expect(readFileSync(each.path, 'utf8')).toBe(oldText)
      expect(readdirSync(each.place.files)).toEqual(before)
    } finally {
      spawnSync('umount', [each.place.files])
      each.place.remove()
    }
  })

  test('that is read-only says so', () => {
    const each = start()
    try {
      spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', each.place.files])
      writeFileSync(each.path, oldText)
      spawnSync('mount', ['-o', 'remount,ro', each.place.files])
      const done = each.place.apply(definition, each.params)
      expect(done.code).toBe(98)
      expect(done.stderr).toContain('(Read-only file system); nothing was changed')
    } finally {
      spawnSync('umount', [each.place.files])
      each.place.remove()
    }
  })

  test('of a file that is a mount point is refused, unless it may be written in place', () => {
    const each = start()
    const { place, path } = each
    try {
      writeFileSync(place.path('behind'), oldText)
      expect(spawnSync('mount', ['--bind', place.path('behind'), path]).status).toBe(0)
      const done = place.apply(definition, each.params)
      expect(done.stderr).toContain('it is a mount point of its own: the param inPlace writes into it')
      expect(readFileSync(path, 'utf8')).toBe(oldText)
      const params = parsed(file, { path, content: newText, mode: '0640', inPlace: true })
      expect(place.apply(definition, params)).toMatchObject({ code: 0 })
      expect(place.apply(definition, params).keys).toEqual([])
      expect(readFileSync(place.path('behind'), 'utf8')).toBe(newText)
    } finally {
      spawnSync('umount', [path])
      place.remove()
    }
  })

  test('of an immutable file says so', ({ skip }) => {
    const each = start()
    try {
      if (spawnSync('chattr', ['+i', each.path]).status !== 0) skip('no chattr on this file system')
      const done = each.place.apply(definition, each.params)
      expect(done.stderr).toMatch(
        /\(Operation not permitted, it is immutable: see chattr -i\); nothing was changed\n$/,
      )
      expect(existsSync(each.path)).toBe(true)
    } finally {
      spawnSync('chattr', ['-i', each.path])
      each.place.remove()
    }
  })

  test('keeps ACLs and extended attributes of the file that it replaces', ({ skip }) => {
    const each = start()
    try {
      const { path } = each
      const tools = ['setfacl', 'setfattr'].every(name => spawnSync(name, ['--version']).status === 0)
      if (!tools || spawnSync('setfacl', ['-m', 'u:1234:r', path]).status !== 0) skip('no ACL here')
      const hasAttributes = spawnSync('setfattr', ['-n', 'user.note', '-v', 'mine', path]).status === 0
      expect(each.place.apply(definition, parsed(file, { path, content: newText }))).toMatchObject({
        code: 0,
      })
      expect(spawnSync('getfacl', ['-n', path], { encoding: 'utf8' }).stdout).toContain('user:1234:r--')
      if (hasAttributes)
        expect(String(spawnSync('getfattr', ['-d', path]).stdout)).toContain('user.note="mine"')
    } finally {
      each.place.remove()
    }
  })
})

test.each(shells)(
  'what is refused after a first part was done is no refusal of the whole, on $name',
  shell => {
    const place = new Place(shell)
    try {
      const write = (name: string) => `ops_write '${place.path(name)}' -- echo text`
      const apply = (first: string, then: string) =>
        place.execute(asIs(`${write(first)} && ops_then ${write(then)}`), {
          libraries: librariesOf(definition),
        })
      expect(apply('one', 'none/two')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('what this step did before that stays'),
      })
      expect(apply('none/one', 'two')).toMatchObject({ code: 98 })
      expect(apply('one', 'two')).toMatchObject({ code: 0, stderr: '' })
      expect(readdirSync(place.files).sort()).toEqual(['one', 'two'])
    } finally {
      place.remove()
    }
  },
)
