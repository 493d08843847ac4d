import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeFolder } from '../../src/base/make-folder.ts'

describe('a folder that is to be there', () => {
  const root = mkdtempSync(join(tmpdir(), 'ops-folder-'))
  afterAll(() => rmSync(root, { recursive: true }))

  test('is made with those above it, and may be there already', () => {
    makeFolder(join(root, 'a/b/c'), 0o700)
    makeFolder(join(root, 'a/b/c'), 0o700)
    expect(['a', 'a/b', 'a/b/c'].map(each => statSync(join(root, each)).mode & 0o777)).toEqual([
      0o700, 0o700, 0o700,
    ])
  })

  test('is refused below a file, and where a link leads nowhere', () => {
    writeFileSync(join(root, 'file'), '')
    symlinkSync('nowhere', join(root, 'link'))
    expect(() => makeFolder(join(root, 'file/below'))).toThrow('ENOTDIR')
    expect(() => makeFolder(join(root, 'link/below'))).toThrow('EEXIST')
  })

  test('is refused at once where the kernel calls its children missing', () => {
    expect(() => makeFolder('/proc/none/cache')).toThrow('ENOENT')
  })
})
