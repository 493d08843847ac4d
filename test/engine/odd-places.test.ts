/** What stands in the way of a change, or hangs on it, is told by the plan: hard links, chattr, read-only mounts, mount points. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlannedStep } from '../../src/engine/plan/planned-step.ts'
import type { Step } from '../../src/engine/step.ts'
import { command, directory, file, line, link, option } from '../../src/index.ts'
import { restoredFile } from '../../src/resources/restored-file.ts'
import { planInOneTrip } from './one-trip.ts'
import { makePlace, type OpenShell, onEachShell, type Place, runHere } from './shell-session.ts'

onEachShell(shell => {
  let place: Place
  let at: (name: string) => string
  let open: OpenShell | undefined
  beforeEach(() => {
    place = makePlace()
    at = name => join(place.folder, name)
  })
  const undo: (readonly [string, ...string[]])[] = []
  afterEach(() => {
    open?.session.close()
    open = undefined
    for (const argv of undo.splice(0).reverse()) run(...argv)
    place.remove()
  })

  const planOf = (...steps: Step[]): Promise<readonly PlannedStep[]> => {
    open ??= place.open(shell)
    return planInOneTrip(open, place, steps)
  }
  const errorOf = async (...steps: Step[]) =>
    (await planOf(...steps)).at(-1)?.error?.title.replace(/^\S+ \S+.*?: /, '')
  /** Each by itself: what an earlier step may move is looked at when its turn comes. */
  const errorsOf = async (...steps: Step[]) => {
    const errors: (string | undefined)[] = []
    for (const step of steps) errors.push(await errorOf(step))
    return errors
  }
  const notesOf = async (...steps: Step[]) => (await planOf(...steps)).map(({ plan }) => plan.notes)
  const run = (...argv: [string, ...string[]]) => execFileSync(argv[0], argv.slice(1))

  test('other names of a file are told with what becomes of them, and once', async () => {
    mkdirSync(at('sub'))
    writeFileSync(at('a b'), 'a=1\n')
    linkSync(at('a b'), at('-c*'))
    linkSync(at('a b'), at('sub/far'))
    const path = at('a b')
    const told = `2 other names (hard links)`
    const listed = `${at('-c*')} and 1 more`
    expect(
      await notesOf(option({ path, key: 'a', value: '2' }), option({ path, key: 'b', value: '2' })),
    ).toEqual([[`${told} keep the old content: ${listed}`], []])
    expect(await notesOf(file({ path, content: 'x' }))).toEqual([
      [`${told} keep the old content: ${listed}; \`inPlace: true\` would change all of them`],
    ])
    expect(await notesOf(file({ path, content: 'x', inPlace: true }))).toEqual([
      [`${told} get the new content too: ${listed}`],
    ])
    expect(await notesOf(file({ path, state: 'absent' }))).toEqual([
      [`${told} stay, with their content: ${listed}`],
    ])
    expect(await notesOf(file({ path, mode: '0600' }))).toEqual([
      [`${told} get the same mode and owner: ${listed}`],
    ])
    expect(await notesOf(line({ path: at('sub/far'), line: 'x' }))).toEqual([
      ['2 other names (hard links, outside of its folder) keep the old content'],
    ])
    // By a symbolic link it is the same file; what is as wanted has nothing to tell.
    symlinkSync('a b', at('link'))
    expect(await notesOf(line({ path: at('link'), line: 'x' }))).toEqual([
      [`${told} keep the old content: ${listed}`],
    ])
    expect(
      await notesOf(file({ path, content: 'a=1\n' }), link({ path: at('link'), to: 'sub/far' })),
    ).toEqual([[], []])
    // What was foretold comes true.
    await runHere(place, [file({ path, mode: '0600' }), option({ path, key: 'a', value: '2' })], { shell })
    expect(readFileSync(at('-c*'), 'utf8')).toBe('a=1\n')
    expect(statSync(at('-c*')).mode & 0o777).toBe(0o600)
  })

  test('what a run changed under all names is put back under all of them', async () => {
    const [path, other, from] = [at('file'), at('other'), at('copy')]
    writeFileSync(path, 'new\n')
    linkSync(path, other)
    writeFileSync(from, 'old\n')
    chmodSync(from, 0o640)
    const sha256 = execFileSync('sha256sum', [from], { encoding: 'utf8' }).slice(0, 64)
    const step = restoredFile({ path, from, sha256, mode: '0640', owner: 'root', group: 'root' })
    expect((await notesOf(step))[0]).toContain(`1 other name (hard link) gets the new content too: ${other}`)
    expect((await runHere(place, [step], { shell })).result?.status).toBe('ok')
    expect([readFileSync(other, 'utf8'), statSync(other).mode & 0o777]).toEqual(['old\n', 0o640])
    expect(statSync(other).ino).toBe(statSync(path).ino)
  })

  const whyNoChattr = spawnSync('chattr', ['-i', '.']).error ? 'no chattr' : undefined
  test.skipIf(whyNoChattr)('an immutable or append-only file or folder is an error of the plan', async () => {
    const [fixed, log, folder] = [at('fixed'), at('log'), at('folder')]
    writeFileSync(fixed, 'a=1\n')
    writeFileSync(log, 'a=1\n')
    mkdirSync(join(folder, 'below'), { recursive: true })
    writeFileSync(join(folder, 'in'), 'a\n')
    for (const [flag, path] of [
      ['i', fixed],
      ['a', log],
      ['i', folder],
    ] as const) {
      if (spawnSync('chattr', [`+${flag}`, path]).status !== 0) return
      undo.push(['chattr', `-${flag}`, path])
    }
    const immutable = `${fixed} is immutable (chattr +i)`
    const append = `${log} is append-only (chattr +a)`
    const inside = `its folder ${folder} is immutable (chattr +i), so that nothing in it can be made or replaced`
    expect(
      await errorsOf(
        option({ path: fixed, key: 'a', value: '2' }),
        file({ path: fixed, mode: '0600' }),
        file({ path: fixed, state: 'absent' }),
        line({ path: log, line: 'b' }),
        directory({ path: folder, mode: '0700' }),
        file({ path: join(folder, 'new'), content: '' }),
        file({ path: join(folder, 'in'), content: 'b\n' }),
        directory({ path: join(folder, 'made') }),
        link({ path: join(folder, 'link'), to: 'in' }),
        directory({ path: join(folder, 'below'), state: 'absent' }),
      ),
    ).toEqual([
      ...[immutable, immutable, immutable, append, `${folder} is immutable (chattr +i)`],
      ...[inside, inside, inside, inside, inside],
    ])
    // What can be done is no error: a mode below an immutable folder, a file that is as wanted, a folder below.
    const fine = [
      file({ path: join(folder, 'in'), mode: '0600' }),
      option({ path: fixed, key: 'a', value: '1' }),
      file({ path: join(folder, 'below/new'), content: 'x' }),
      file({ path: join(folder, 'nothing'), state: 'absent' }),
    ]
    expect(await errorsOf(...fine)).toEqual(fine.map(() => undefined))
    expect((await runHere(place, fine, { shell })).result?.status).toBe('ok')
    // Nor what a step before may take away.
    const freed = command({ run: `chattr -i ${fixed}`, unless: 'false' })
    expect(await errorOf(freed, file({ path: fixed, content: 'x' }))).toBeUndefined()
  })

  test('a folder with a mount below it is not planned to go with all that is in it', async () => {
    mkdirSync(at('old/a b'), { recursive: true })
    run('mount', '-t', 'tmpfs', 'none', at('old/a b'))
    undo.push(['umount', '-l', at('old/a b')])
    const gone = directory({ path: at('old'), state: 'absent', recursive: true })
    const why = `another file system is mounted at ${at('old/a b')}, below ${at('old')}, and would not be removed with it`
    expect(await errorsOf(gone, directory({ path: at('old'), mode: '0700' }))).toEqual([why, undefined])
    // What a step before may unmount is looked at again.
    const freed = command({ run: `umount '${at('old/a b')}'`, unless: `! mountpoint -q '${at('old/a b')}'` })
    expect((await runHere(place, [freed, gone], { shell })).result?.status).toBe('ok')
    undo.length = 0
  })

  test('a read-only mount and a file that is a mount point are errors of the plan', async () => {
    for (const name of ['ro', 'cover', 'ro/below', 'ro/rw']) mkdirSync(at(name), { recursive: true })
    for (const name of ['single', 'source', 'ro/in', 'ro/single']) writeFileSync(at(name), 'a=1\n')
    const mount = (...argv: string[]) => {
      run('mount', ...argv)
      undo.push(['umount', '-l', argv.at(-1) ?? ''])
    }
    mount('-t', 'tmpfs', 'none', at('ro/rw'))
    mount('--rbind', at('ro'), at('ro'))
    run('mount', '-o', 'remount,bind,ro', at('ro'))
    mount('--bind', at('source'), at('single'))
    mount('--bind', at('source'), at('ro/single'))
    const readOnly = (path: string) => `${path} is on a file system that is mounted read-only (${at('ro')})`
    const isMount = `${at('single')} is a mount point of its own, which can be neither replaced nor removed`
    expect(
      await errorsOf(
        file({ path: at('ro/in'), content: 'b' }),
        file({ path: at('ro/in'), mode: '0600' }),
        file({ path: at('ro/in'), state: 'absent' }),
        directory({ path: at('ro/below/new/deeper') }),
        directory({ path: at('ro/below'), mode: '0700' }),
        file({ path: at('ro/single'), content: 'b', inPlace: true }),
        option({ path: at('single'), key: 'a', value: '2' }),
        file({ path: at('single'), state: 'absent' }),
        directory({ path: at('ro/rw'), state: 'absent' }),
      ),
    ).toEqual([
      ...['ro/in', 'ro/in', 'ro/in', 'ro/below/new/deeper', 'ro/below', 'ro/single'].map(name =>
        readOnly(at(name)),
      ),
      ...[isMount, isMount, readOnly(at('ro/rw'))],
    ])
    const [planned] = await planOf(file({ path: at('single'), content: 'b' }))
    expect(planned?.error?.next).toContain('Set `inPlace: true` in the step')
    const fine = [
      file({ path: at('single'), content: 'b', inPlace: true }),
      file({ path: at('ro/in'), content: 'a=1\n' }),
      file({ path: at('ro/rw/new'), content: 'x' }),
      directory({ path: at('ro/rw'), mode: '0700' }),
    ]
    expect(await errorsOf(...fine)).toEqual(fine.map(() => undefined))
    expect((await runHere(place, fine, { shell })).result?.status).toBe('ok')
    expect(readFileSync(at('source'), 'utf8')).toBe('b')
    // One that is covered by another mount of the same place counts no more.
    mount('-t', 'tmpfs', 'none', at('ro'))
    open?.session.close()
    open = undefined
    expect(await errorsOf(file({ path: at('ro/in'), content: 'b' }))).toEqual([undefined])
  })
})
