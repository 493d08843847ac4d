/** The store in a folder: the promises of every store, and those about links, power cuts and other users. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentOf } from '../../src/store/content.ts'
import { FolderStore } from '../../src/store/folder.ts'
import { openEncrypted } from '../../src/store/prove.ts'
import { retrying } from '../../src/store/retrying.ts'
import type { Store } from '../../src/store/store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { isKind, keysOf, storeConformance } from './conformance.ts'

const root = temporaryFolder()
let count = 0
const newFolder = () => join(root, `store-${count++}`)
const open = (folder = newFolder()): Store => retrying(new FolderStore(folder))

describe('a store in a folder', () => {
  storeConformance(async () => open(), 20_000_000)

  test('objects and folders are for their owner alone', async () => {
    const folder = newFolder()
    await open(folder).put('a/b/c', contentOf('x'))
    expect(['', 'a', 'a/b'].map(path => statSync(join(folder, path)).mode & 0o777)).toEqual([
      0o700, 0o700, 0o700,
    ])
    expect(statSync(join(folder, 'a/b/c')).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c'])
  })

  test('an object that is not encrypted as asked is closed again', async () => {
    const folder = newFolder()
    const store = open(folder)
    await store.put('a', contentOf('x'))
    const asked = Object.assign(store, { encryption: { algorithm: 'AES256' as const } })
    await expect(openEncrypted(asked, 'a')).rejects.toEqual(isKind('unencrypted'))
    const held = (): readonly string[] =>
      readdirSync('/proc/self/fd').filter(file => {
        try {
          return readlinkSync(`/proc/self/fd/${file}`) === join(folder, 'a')
        } catch {
          return false
        }
      })
    await expect.poll(held).toEqual([])
  })

  test.each(['folder', 'object'])(
    'no link is followed: a %s that is one is refused and left as it is',
    async kind => {
      const folder = newFolder()
      const outside = newFolder()
      mkdirSync(folder)
      mkdirSync(outside)
      writeFileSync(join(outside, 'secret'), 'theirs')
      const key = kind === 'folder' ? 'link/secret' : 'secret'
      symlinkSync(
        kind === 'folder' ? outside : join(outside, 'secret'),
        join(folder, kind === 'folder' ? 'link' : 'secret'),
      )
      const store = open(folder)
      await expect(store.put(key, contentOf('ours'))).rejects.toEqual(isKind('failed'))
      await expect(store.put(key, contentOf('ours'), { replace: true })).rejects.toEqual(isKind('failed'))
      await expect(store.get(key)).rejects.toEqual(isKind('failed'))
      await expect(store.head(key)).rejects.toEqual(isKind('failed'))
      await expect(store.delete(key)).rejects.toEqual(isKind('failed'))
      expect(await keysOf(store)).toEqual([])
      expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('theirs')
      expect(lstatSync(join(folder, kind === 'folder' ? 'link' : 'secret')).isSymbolicLink()).toBe(true)
    },
  )

  test('what a killed run has left half-written is no object, and is cleared after two days', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'a'), { recursive: true })
    const [young, old] = ['a/.ops-partial-young', 'a/.ops-partial-old'].map(name => join(folder, name))
    for (const path of [young, old]) writeFileSync(path ?? '', 'half')
    utimesSync(old ?? '', new Date(0), new Date(0))
    const store = open(folder)
    expect(await keysOf(store)).toEqual([])
    await store.put('a/whole', contentOf('x'))
    expect(readdirSync(join(folder, 'a')).sort()).toEqual(['.ops-partial-young', 'whole'])
  })

  test('a look tells what cannot be used, and who else may write there', async () => {
    const folder = newFolder()
    writeFileSync(`${folder}-file`, '')
    expect(await open(`${folder}-file`).look({ keepDays: 'for ever' })).toMatchObject([{ verdict: 'refuse' }])
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    expect(await open(folder).look({ keepDays: 'for ever' })).toContainEqual(
      expect.objectContaining({ about: 'public', verdict: 'note' }),
    )
    expect(readdirSync(folder)).toEqual([])
    expect(await open('/proc/foo').look({ keepDays: 'for ever' })).toContainEqual(
      expect.objectContaining({ verdict: 'refuse', next: 'Name a folder on a disk.' }),
    )
  })
})
