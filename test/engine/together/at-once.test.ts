/** Names of many files, and many directories, are given by one program each, and without it one by one: to the same end. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Step } from '../../../src/engine/step.ts'
import { directory } from '../../../src/resources/directory.ts'
import { file } from '../../../src/resources/file.ts'
import { lacking } from '../../needs.ts'
import { makePlace, type Place, runHere } from '../shell-session.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

const places: Place[] = []
afterEach(() => {
  for (const each of places.splice(0)) each.remove()
})
function placeOf(under?: readonly string[]): Place {
  const place = makePlace(under)
  places.push(place)
  return place
}

/** Runs what follows where perl cannot be run. */
const withoutPerl = [
  'sh',
  '-c',
  'for each in /usr/bin/perl /bin/perl; do [ ! -e "$each" ] || mount --bind /dev/null "$each"; done; exec "$@"',
  'sh',
]

/** Half of the files replace one, and keep what that had. */
function filesIn(folder: string, count: number): Step[] {
  return numbers(count).map(each => {
    const path = join(folder, `part${each % 5}`, `file${each}`)
    mkdirSync(join(folder, `part${each % 5}`), { recursive: true })
    if (each % 2 === 0) writeFileSync(path, 'old\n', { mode: 0o640 })
    return file({ path, content: `new ${each}\n` })
  })
}

function seenIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => /^part/.test(path))
    .sort()
    .map(path => {
      const at = statSync(join(folder, path))
      const says = at.isFile() ? readFileSync(join(folder, path), 'utf8') : ''
      return `${path} ${(at.mode & 0o7777).toString(8)} ${says}`
    })
}

describe.each([
  ['with perl', undefined],
  ['without perl', withoutPerl],
] as const)('%s', (_, under) => {
  test('files that are there and files that are not get their contents, modes and names', async () => {
    const own = placeOf()
    const run = await runHere(placeOf(under), filesIn(own.folder, 8))
    expect(run.result).toMatchObject({ status: 'ok', errors: [] })
    expect(seenIn(own.folder)).toEqual([
      ...['part0 755 ', 'part0/file0 640 new 0\n', 'part0/file5 644 new 5\n'],
      ...['part1 755 ', 'part1/file1 644 new 1\n', 'part1/file6 640 new 6\n'],
      ...['part2 755 ', 'part2/file2 640 new 2\n', 'part2/file7 644 new 7\n'],
      ...['part3 755 ', 'part3/file3 644 new 3\n', 'part4 755 ', 'part4/file4 640 new 4\n'],
    ])
  })

  test('directories are made with their modes, and the first that cannot be made ends them', async () => {
    const own = placeOf()
    const at = (name: string) => join(own.folder, name)
    const modes = [undefined, '0750', '1777', '2711', '0700']
    const steps = modes.map((mode, each) => directory({ path: at(`part${each}`), ...(mode && { mode }) }))
    const deeper = directory({ path: at('part1/more/deep'), mode: '0700' })
    const place = placeOf(under)
    expect((await runHere(place, [...steps, deeper])).result).toMatchObject({ status: 'ok', errors: [] })
    const wanted = ['part0 755 ', 'part1 750 ', 'part1/more 755 ', 'part1/more/deep 700 ']
    expect(seenIn(own.folder)).toEqual([...wanted, 'part2 1777 ', 'part3 2711 ', 'part4 700 '])

    const many = numbers(5).map(each => directory({ path: at(`part-${each}`), mode: '0750' }))
    const run = await runHere(place, many, { between: () => writeFileSync(at('part-3'), 'theirs\n') })
    expect(run.result?.status).toBe('moved')
    expect(readFileSync(at('part-3'), 'utf8')).toBe('theirs\n')
    expect(existsSync(at('part-4'))).toBe(false)
  })
})

test.skipIf(lacking('setfacl'))(
  'directories below a default ACL get the mode that they are to have',
  async () => {
    const own = placeOf()
    const folder = join(own.folder, 'part')
    mkdirSync(folder)
    execFileSync('setfacl', ['-d', '-m', 'u::rwx,g::---,o::---', folder])
    const steps = numbers(3).map(each => directory({ path: join(folder, `${each}`), mode: '0755' }))
    expect((await runHere(placeOf(), steps)).result).toMatchObject({ status: 'ok', errors: [] })
    expect(seenIn(own.folder)).toEqual(['part 755 ', 'part/0 755 ', 'part/1 755 ', 'part/2 755 '])
  },
)

test('of directories that are done by themselves, the one that cannot be made is the one that failed', async () => {
  const own = placeOf()
  const [waits, first] = [join(own.folder, 'part0'), join(own.folder, 'part1')]
  const run = await runHere(placeOf(), [
    directory({ path: waits }),
    directory({ path: first, owner: 'nobody' }),
    directory({ path: '/proc/ops-none', owner: 'nobody' }),
    directory({ path: join(own.folder, 'part2') }),
  ])
  expect(run.result?.outcomes).toEqual(['changed', 'changed', 'failed', 'skipped'])
  expect(run.result?.errors).toMatchObject([{ step: 'directory /proc/ops-none' }])
  expect(seenIn(own.folder)).toEqual(['part0 755 ', 'part1 755 '])
})

/** As soon as the first directory is made in the one of nobody, a link takes the place of that. */
const swaps = `($app, $to) = @ARGV; $< = $> = 65534; $| = 1; print "ready\\n";
  until (-o $app and -e "$app/d/c0") { select undef, undef, undef, 0.0003 }
  rename "$app/d", "$app/x" and symlink $to, "$app/d"; sleep 60`

test.skipIf(lacking('strace'))(
  'where a step gives a directory on the way to a user, no link of that user leads what comes after it',
  async () => {
    const own = placeOf()
    chmodSync(own.folder, 0o755)
    const [app, closed] = [join(own.folder, 'srv/app'), join(own.folder, 'closed')]
    mkdirSync(join(app, 'd'), { recursive: true })
    mkdirSync(closed, { mode: 0o700 })
    const user = spawn('perl', ['-e', swaps, app, closed], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await new Promise(resolve => user.stdout.once('data', resolve))
      const slow = ['-e', 'trace=mkdir', '-e', 'inject=mkdir:delay_enter=50000', '-o', '/dev/null']
      await runHere(placeOf(['strace', '-f', '-qq', '--seccomp-bpf', ...slow]), [
        directory({ path: join(app, 'd/a') }),
        directory({ path: app, owner: 'nobody' }),
        ...numbers(12).map(each => directory({ path: join(app, `d/c${each}`), mode: '0777' })),
      ])
      expect(statSync(app).uid).toBe(65534)
      expect(readdirSync(closed)).toEqual([])
    } finally {
      user.kill('SIGKILL')
    }
  },
)

test.skipIf(lacking('strace'))(
  'twenty files in ten directories take a few programs, not some for each',
  async () => {
    const own = placeOf()
    const trace = join(own.folder, 'trace')
    const place = placeOf(['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=execve', '-o', trace])
    const programs = async (steps: readonly Step[]): Promise<number> => {
      expect((await runHere(place, steps)).result).toMatchObject({ errors: [], status: 'ok' })
      // The watcher of a batch sleeps as long as it takes.
      return readFileSync(trace, 'utf8').match(/execve\("(?![^"]*\/sleep")/g)?.length ?? 0
    }
    const stepsOf = (count: number): readonly Step[] => [
      ...numbers(count).map(each =>
        directory({ path: join(own.folder, `dir${count}`, `${each}`), mode: '0755' }),
      ),
      ...numbers(2 * count).map(each =>
        file({
          path: join(own.folder, `dir${count}`, `${each % count}`, `file${each}`),
          content: `${each}\n`,
        }),
      ),
    ]
    const few = await programs(stepsOf(4))
    expect((await programs(stepsOf(10))) - few).toBeLessThan(4)
  },
)

/** Counted in each process by itself, so that it hits the one that gives several names. The shell that began it goes on. */
test.skipIf(lacking('strace')).each(['signal=KILL:when=2', 'signal=KILL:when=3', 'error=EIO:when=4'])(
  'where the program that gives names ends early (%s), every file is old or new and told as what it is',
  async how => {
    const own = placeOf()
    const trace = join(own.folder, 'trace')
    const inject = ['-e', 'trace=renameat2', '-e', `inject=renameat2:${how}`]
    const run = await runHere(
      placeOf(['strace', '-f', '-qq', ...inject, '-o', trace]),
      filesIn(own.folder, 6),
    )
    expect(readFileSync(trace, 'utf8')).toMatch(how.startsWith('signal') ? /killed by SIGKILL/ : /INJECTED/)
    for (const each of numbers(6)) {
      const path = join(own.folder, `part${each % 5}`, `file${each}`)
      const is = existsSync(path) ? readFileSync(path, 'utf8') : 'absent'
      expect([`new ${each}\n`, each % 2 === 0 ? 'old\n' : 'absent']).toContain(is)
      const outcome = run.result?.outcomes[each]
      expect({ each, changed: outcome === 'changed' }).toEqual({ each, changed: is.startsWith('new') })
    }
    const left = readdirSync(own.folder, { recursive: true, encoding: 'utf8' })
    expect(left.filter(path => path.includes('.ops.'))).toEqual([])
  },
)
