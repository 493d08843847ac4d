/** Neighbouring steps of one kind as one act on the host: what each of them keeps for itself. */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import type { Step } from '../../../src/engine/step.ts'
import { directory } from '../../../src/resources/directory.ts'
import { file } from '../../../src/resources/file.ts'
import { line } from '../../../src/resources/line.ts'
import { link } from '../../../src/resources/link.ts'
import { option } from '../../../src/resources/option.ts'
import { lacking } from '../../needs.ts'
import { type LocalRun, makePlace, type Place, runHere } from '../shell-session.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

const at = (name: string): string => join(place.folder, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')
const content = (number: number): string => `content ${number}\n`
const files = (count: number): Step[] =>
  numbers(count).map(number => file({ path: at(`file${number}`), content: content(number) }))

/** How often the host began something: steps that are done together begin together. */
const begun = ({ events }: LocalRun): number =>
  events.filter(
    (each, index) =>
      each.event === 'step' &&
      each.status === 'running' &&
      !(
        events[index - 1]?.event === 'step' && (events[index - 1] as { status: string }).status === 'running'
      ),
  ).length

const outcomes = ({ result }: LocalRun): readonly string[] => result?.outcomes ?? []

describe.each(['dash', 'bash', 'busybox'].filter(each => !lacking(each)))(
  'steps of one kind, in %s',
  shell => {
    test('are one act, and each has its own line and proof', async () => {
      const run = await runHere(place, files(7), { shell })
      expect(run.result).toMatchObject({ status: 'ok', errors: [] })
      expect({ trips: run.trips, begun: begun(run) }).toEqual({ trips: 2, begun: 1 })
      expect(outcomes(run)).toEqual(numbers(7).map(() => 'changed'))
      for (const number of numbers(7)) expect(read(`file${number}`)).toBe(content(number))
      expect(readdirSync(place.folder).sort()).toEqual([
        ...numbers(7).map(each => `file${each}`),
        'lib',
        'run',
      ])
      expect((await runHere(place, files(7), { shell })).trips).toBe(1)
    })

    test('keep the modes and owners of what they replace, and give new files those that were asked for', async () => {
      writeFileSync(at('file0'), 'old\n', { mode: 0o640 })
      writeFileSync(at('file1'), 'old\n', { mode: 0o4755 })
      const steps = [
        ...files(3),
        file({ path: at('file3'), content: 'x', mode: '0600', owner: '77', group: '78' }),
        file({ path: at('file4'), content: '', mode: '2711', group: '78' }),
        file({ path: at('file5'), state: 'present' }),
      ]
      expect((await runHere(place, steps, { shell })).result).toMatchObject({ errors: [], status: 'ok' })
      const seen = numbers(6).map(each => {
        const { mode, uid, gid } = statSync(at(`file${each}`))
        return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`
      })
      expect(seen).toEqual(['640 0:0', '4755 0:0', '644 0:0', '600 77:78', '2711 0:78', '644 0:0'])
      expect(read('file0')).toBe(content(0))
    })

    test('make one write of the keys and lines of one file', async () => {
      writeFileSync(at('a.ini'), '# mine\n[s]\nk3 = old\n', { mode: 0o600 })
      const keys = numbers(6).map(each =>
        option({ path: at(each < 4 ? 'a.ini' : 'b.ini'), section: 's', key: `k${each}`, value: `v${each}` }),
      )
      const lines = numbers(3).map(each => line({ path: at('lines'), line: `line ${each}` }))
      const run = await runHere(place, [...keys, ...lines], { shell })
      expect(run.result).toMatchObject({ errors: [], status: 'ok' })
      expect({ trips: run.trips, begun: begun(run) }).toEqual({ trips: 2, begun: 2 })
      expect(read('a.ini')).toBe('# mine\n[s]\nk3 = v3\nk0 = v0\nk1 = v1\nk2 = v2\n')
      expect(statSync(at('a.ini')).mode & 0o777).toBe(0o600)
      expect(read('b.ini')).toBe('[s]\nk4=v4\nk5=v5\n')
      expect(read('lines')).toBe('line 0\nline 1\nline 2\n')
    })

    test('end at the one that fails: those before it are done, none after it is touched', async () => {
      const keys = numbers(5).map(each =>
        option({
          path: at('a.ini'),
          key: `k${each}`,
          // Read again, what is behind the sign is a comment.
          ...(each === 2 ? { value: 'x # y', inlineComments: '#' } : { value: 'x' }),
        }),
      )
      const run = await runHere(place, [...keys, ...files(1)], { shell })
      expect(run.result).toMatchObject({ status: 'failed', errors: [{ code: 'failed', changed: 'no' }] })
      expect(run.result?.errors).toMatchObject([
        { step: `option ${at('a.ini')} k2`, said: expect.stringContaining('would not be read as wanted') },
      ])
      expect(outcomes(run)).toEqual(['changed', 'changed', 'failed', 'skipped', 'skipped', 'skipped'])
      expect(read('a.ini')).toBe('k0=x\nk1=x\n')
      expect(readdirSync(place.folder).sort()).toEqual(['a.ini', 'lib', 'run'])
    })

    test('are asked one by one where the guard of all does not hold', async () => {
      writeFileSync(at('file2'), 'old\n')
      const steps = [directory({ path: at('first') }), ...files(5)]
      const run = await runHere(place, steps, {
        shell,
        between: () => writeFileSync(at('file2'), 'theirs\n'),
      })
      expect(run.result?.status).toBe('moved')
      expect(read('file2')).toBe('theirs\n')
      expect(existsSync(at('file3'))).toBe(false)
    })

    test('that write, remove and ask a validator are one act, in their order', async () => {
      for (const name of ['gone0', 'gone1', 'file2']) writeFileSync(at(name), 'old\n')
      const asked = `cat ${place.folder}/file0 2>/dev/null | cat - %s >>${place.folder}/asked; ls ${place.folder} | grep -c gone >>${place.folder}/asked || :`
      const steps = [
        file({ path: at('file0'), content: 'a\n' }),
        file({ path: at('gone0'), state: 'absent' }),
        file({ path: at('file1'), content: 'b\n', validate: asked }),
        file({ path: at('gone1'), state: 'absent' }),
        file({ path: at('file2'), content: 'c\n' }),
      ]
      const run = await runHere(place, steps, { shell })
      expect(run.result).toMatchObject({ errors: [], status: 'ok' })
      expect({ trips: run.trips, begun: begun(run) }).toEqual({ trips: 2, begun: 1 })
      expect(outcomes(run)).toEqual(numbers(5).map(() => 'changed'))
      // What was there when the validator was asked: the file before it, and not yet what comes after.
      expect(read('asked')).toBe('a\nb\n1\n')
      expect([0, 1, 2].map(each => read(`file${each}`))).toEqual(['a\n', 'b\n', 'c\n'])
      expect(readdirSync(place.folder).sort()).toEqual(['asked', 'file0', 'file1', 'file2', 'lib', 'run'])
      expect((await runHere(place, steps, { shell })).trips).toBe(1)
    })

    test('that a validator refuses end there: those before it are done, none after it is touched', async () => {
      writeFileSync(at('gone'), 'old\n')
      const steps = [
        ...files(2),
        file({ path: at('file2'), content: 'bad\n', validate: '! grep bad %s' }),
        file({ path: at('gone'), state: 'absent' }),
        file({ path: at('file3'), content: 'x' }),
      ]
      const run = await runHere(place, steps, { shell })
      expect(outcomes(run)).toEqual(['changed', 'changed', 'failed', 'skipped', 'skipped'])
      expect(run.result?.errors).toMatchObject([
        {
          step: `file ${at('file2')}`,
          changed: 'no',
          said: expect.stringContaining('its validator refused'),
        },
      ])
      expect(readdirSync(place.folder).sort()).toEqual(['file0', 'file1', 'gone', 'lib', 'run'])
    })

    test('are told and kept where they have written, and not where a validator refused one before', async () => {
      for (const each of numbers(3)) writeFileSync(at(`file${each}`), 'old\n')
      const steps = numbers(4).map(each =>
        file({
          path: at(`file${each}`),
          content: 'new\n',
          ...(each === 1 && { validate: `cp "$OPS_DIR/journal" ${at('journal')}; false %s` }),
        }),
      )
      const run = await runHere(place, steps, { shell })
      expect({ begun: begun(run), outcomes: outcomes(run) }).toEqual({
        begun: 1,
        outcomes: ['changed', 'failed', 'skipped', 'skipped'],
      })
      const written = readdirSync(at('lib'), { recursive: true, withFileTypes: true })
        .filter(each => each.isFile() && each.parentPath.includes('/lib/kept/'))
        .map(({ name }) => name)
      expect(written).toEqual(['file0'])
      expect(read('journal')).toMatch(/^\S+\/file0\t\S+\/file0\n$/)
    })

    test('such as links, and directories that go, are one act each', async () => {
      mkdirSync(at('old0'))
      mkdirSync(at('old1'))
      symlinkSync('elsewhere', at('link1'))
      const steps = [
        ...numbers(4).map(each => link({ path: at(`link${each}`), to: `to${each}` })),
        ...numbers(2).map(each => directory({ path: at(`old${each}`), state: 'absent' })),
        directory({ path: at('new') }),
      ]
      const run = await runHere(place, steps, { shell })
      expect(run.result).toMatchObject({ errors: [], status: 'ok' })
      expect({ trips: run.trips, begun: begun(run) }).toEqual({ trips: 2, begun: 2 })
      expect(numbers(4).map(each => readlinkSync(at(`link${each}`)))).toEqual(['to0', 'to1', 'to2', 'to3'])
      expect(readdirSync(place.folder).filter(name => /old|new/.test(name))).toEqual(['new'])
    })

    test('such as removals leave what somebody else put there meanwhile', async () => {
      for (const each of numbers(3)) writeFileSync(at(`gone${each}`), 'old\n')
      const steps = numbers(3).map(each => file({ path: at(`gone${each}`), state: 'absent' }))
      const run = await runHere(place, steps, {
        shell,
        between: () => writeFileSync(at('gone1'), 'theirs\n'),
      })
      expect(run.result?.status).toBe('moved')
      expect(read('gone1')).toBe('theirs\n')
      expect(read('gone2')).toBe('old\n')
    })

    test.each<[string, string | undefined, Omit<Parameters<typeof file>[0], 'path'>]>([
      ['is to go', 'old\n', { state: 'absent' }],
      ['is a link to nowhere that is to go', '-> nowhere', { state: 'absent' }],
      ['is to be there, with whatever content', undefined, { mode: '0600' }],
      ['holds a secret', 'old\n', { content: new Secret('s3cret\n') }],
      ['is to get other content', 'old\n', { content: 'new\n' }],
    ])(
      'leave what somebody writes while one before it is validated, where it %s',
      async (_title, before, wanted) => {
        if (before?.startsWith('-> ')) symlinkSync(before.slice(3), at('theirs'))
        else if (before !== undefined) writeFileSync(at('theirs'), before)
        const edit = `: %s; rm -f '${at('theirs')}'; echo theirs >'${at('theirs')}'`
        const steps = [
          file({ path: at('file0'), content: 'x\n', validate: edit }),
          file({ path: at('theirs'), ...wanted }),
          file({ path: at('file2'), content: 'x\n' }),
        ]
        const run = await runHere(place, steps, { shell })
        expect(begun(run)).toBe(1)
        expect(run.result).toMatchObject({
          status: 'moved',
          errors: [{ code: 'moved', step: `file ${at('theirs')}`, changed: 'no' }],
        })
        expect(outcomes(run)).toEqual(['changed', 'failed', 'skipped'])
        expect(read('theirs')).toBe('theirs\n')
        expect(readdirSync(place.folder).sort()).toEqual(['file0', 'lib', 'run', 'theirs'])
      },
    )

    test('such as the removal of a link do not care for what it leads to', async () => {
      mkdirSync(at('available'))
      writeFileSync(at('available/app'), 'old\n')
      symlinkSync('available/app', at('enabled'))
      const steps = [
        file({ path: at('available/app'), content: 'new\n' }),
        file({ path: at('enabled'), state: 'absent' }),
      ]
      const run = await runHere(place, steps, { shell })
      expect(run.result).toMatchObject({ errors: [], status: 'ok' })
      expect(begun(run)).toBe(1)
      expect(readdirSync(place.folder).sort()).toEqual(['available', 'lib', 'run'])
      expect(read('available/app')).toBe('new\n')
    })

    test('follow a link at the end as they do alone', async () => {
      mkdirSync(at('real'))
      symlinkSync('real/target', at('file1'))
      writeFileSync(at('real/target'), 'old\n')
      const run = await runHere(place, files(4), { shell })
      expect(run.result).toMatchObject({ errors: [], status: 'ok' })
      expect(read('real/target')).toBe(content(1))
    })
  },
)

test.skipIf(lacking('strace'))(
  'links and removals in many directories reach the disk by one sync, in two directories by two, and validated files by two',
  async () => {
    const own = makePlace()
    const trace = join(own.folder, 'trace')
    const under = [
      'strace',
      '-f',
      '-qq',
      '--seccomp-bpf',
      '-e',
      'trace=fsync,fdatasync,sync,syncfs',
      '-o',
      trace,
    ]
    const traced = makePlace(under)
    const syncs = async (steps: readonly Step[]): Promise<number> => {
      expect((await runHere(traced, steps)).result).toMatchObject({ errors: [], status: 'ok' })
      return readFileSync(trace, 'utf8')
        .split('\n')
        .filter(row => /^\d+ +\w*sync\w*\(/.test(row)).length
    }
    try {
      const folders = numbers(4).map(each => join(own.folder, `folder${each}`))
      for (const folder of folders) {
        mkdirSync(folder)
        writeFileSync(join(folder, 'gone'), 'old\n')
      }
      const links = folders.map(each => link({ path: join(each, 'link'), to: 'there' }))
      const gone = folders.map(each => file({ path: join(each, 'gone'), state: 'absent' }))
      // Before Linux 5.8 a sync of a whole file system tells of no error: then each directory has its own.
      const [major = 0, minor = 0] = release()
        .split('.')
        .map(part => Number.parseInt(part, 10))
      const once = major > 5 || (major === 5 && minor >= 8) ? 1 : folders.length
      expect(await syncs(links)).toBe(once)
      expect(await syncs(gone)).toBe(once)
      const two = folders
        .slice(0, 2)
        .flatMap(each => numbers(3).map(number => link({ path: join(each, `more${number}`), to: 'there' })))
      expect(await syncs(two)).toBe(2)
      // Contents before the first name, and the names after the last one; validators have their turn in between.
      const checked = folders.map(each =>
        file({ path: join(each, 'checked'), content: 'new\n', validate: 'test -s %s' }),
      )
      expect(await syncs(checked)).toBe(2 * once)
    } finally {
      traced.remove()
      own.remove()
    }
  },
)

test('of a directory that may be written and not read nothing is synced, as alone, and it fails no step', () => {
  const text = readFileSync(new URL('../../../src/shell/write/others.sh', import.meta.url), 'utf8')
  const said = (why: string) =>
    spawnSync(
      'sh',
      [
        '-c',
        `${text}
ops_newline='\n' ops_list='\n3 /a/\n'
ops_reached() { echo "failed $*"; }
sync() { echo "sync: error opening '$1': ${why}" >&2; return 1; }
ops_each_synced /a/ && echo done`,
      ],
      { encoding: 'utf8' },
    ).stdout
  expect(said('Permission denied')).toBe('done\n')
  expect(said('Invalid argument')).toBe('done\n')
  expect(said('Input/output error')).toBe('failed 3 +\n')
})
