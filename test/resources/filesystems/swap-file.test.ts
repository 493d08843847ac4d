/**
 * Swap files of this machine's own kernel, as the hosts of the tests may not set swap: in a mount namespace with a copy of /etc, by files of a
 * few megabytes.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { skippedFor } from '../../needs.ts'

const disk = '/var/tmp'
const maySwap =
  process.getuid?.() === 0 &&
  spawnSync('swapoff', ['/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  }).stderr?.includes('Invalid argument') &&
  /ext|xfs/.test(spawnSync('stat', ['-f', '-c', '%T', disk], { encoding: 'utf8' }).stdout)
if (!maySwap) skippedFor('swap files need a machine whose kernel lets root set swap')

const recipe = `
import { recipe, swapFile, z } from 'ops-recipes'

export default recipe({
  summary: 'A swap file, as the test says.',
  params: { given: z.string().describe('As JSON.') },
  steps: ({ params: { given } }) => [swapFile(JSON.parse(given))],
})
`

describe.skipIf(!maySwap)('a swap file', () => {
  let folder: Folder
  let root = ''
  let path = ''
  beforeAll(() => {
    folder = folderWith({ 'recipes/swap.ts': recipe })
    root = mkdtempSync(join(disk, 'ops-swap-'))
    path = join(root, 'swap file')
    for (const each of ['run', 'var', 'memory']) mkdirSync(join(root, each))
    execFileSync('cp', ['-a', '/etc', root])
    writeFileSync(fstab(), '# theirs\nUUID=1 / ext4 defaults 0 1\n')
  })
  afterAll(() => {
    if (root === '') return
    for (const [at] of swaps()) spawnSync('swapoff', [at ?? ''])
    rmSync(root, { recursive: true, force: true })
    folder.remove()
  })

  const fstab = () => join(root, 'etc/fstab')
  /** Those of this test that the kernel uses now: path, size in KB, priority. */
  const swaps = () =>
    readFileSync('/proc/swaps', 'utf8')
      .split('\n')
      .map(line => line.replaceAll('\\040', ' '))
      .filter(line => line.startsWith(root))
      .map(line => /^(.*?)\s+file\s+(\d+)\s+\d+\s+(-?\d+)$/.exec(line)?.slice(1) ?? [])

  /** In a namespace where /etc and what ops keeps are copies; `more` is done there first. */
  const ops = (verb: string, given: Record<string, unknown>, more = ':') =>
    inside(
      [
        verb,
        'swap',
        'local',
        '--given',
        JSON.stringify({ path, ...given }),
        ...(verb === 'apply' ? ['--yes'] : []),
      ],
      more,
    )
  const inside = (argv: readonly string[], more = ':') => {
    const mounts = `mkdir -p /run/ops /var/lib/ops && mount --bind '${root}/etc' /etc && mount --bind '${root}/run' /run/ops && mount --bind '${root}/var' /var/lib/ops && mount -t tmpfs -o mode=0755 none '${root}/memory'`
    return folder.ops(argv, {
      before: ['unshare', '-m', 'sh', '-c', `${mounts} && { ${more}; } && exec "$@"`, 'sh'],
    })
  }
  const applied = async (given: Record<string, unknown>) => {
    const { code, stderr } = await ops('apply', given)
    expect([code, stderr]).toEqual([0, ''])
    expect((await ops('check', given)).code).toBe(0)
  }
  const line = (options = 'sw') => `${path.replace(' ', '\\040')} none swap ${options} 0 0\n`

  test('is made, used and in fstab, and asks for nothing more', async () => {
    await applied({ size: '4M' })
    expect(swaps()).toEqual([[path, '4092', expect.stringMatching(/^-/)]])
    expect([statSync(path).mode & 0o7777, statSync(path).size, statSync(path).uid]).toEqual([
      0o600,
      2 ** 22,
      0,
    ])
    expect(readFileSync(fstab(), 'utf8')).toBe(`# theirs\nUUID=1 / ext4 defaults 0 1\n${line()}`)
  })

  test('is put right wherever it differs', async () => {
    const changes: [string, () => void][] = [
      ['mode', () => execFileSync('chmod', ['0644', path])],
      ['not in use', () => execFileSync('swapoff', [path])],
      ['not in fstab', () => writeFileSync(fstab(), '# theirs\n')],
      ['gone', () => execFileSync('sh', ['-c', 'swapoff "$0" && rm "$0"', path])],
    ]
    for (const [what, change] of changes) {
      change()
      expect([what, (await ops('check', { size: '4M' })).code]).toEqual([what, 2])
      await applied({ size: '4M' })
      expect([what, swaps().length, statSync(path).mode & 0o777]).toEqual([what, 1, 0o600])
    }
    writeFileSync(fstab(), `# theirs\n${line('defaults,nofail')}`)
    expect((await ops('check', { size: '4M' })).code).toBe(0)
  })

  test('takes another size and priority while it is in use, and the former ones by an undo', async () => {
    const { code, stdout } = await ops('apply', { size: '8M', priority: 7 })
    expect([code, swaps()]).toEqual([0, [[path, '8188', '7']]])
    expect(readFileSync(fstab(), 'utf8')).toBe(`# theirs\n${line('sw,pri=7')}`)
    const [, run = ''] = /^run (\w+):/m.exec(stdout) ?? []
    const undone = await inside(['undo', run, 'local', '--yes'])
    expect([undone.code, undone.stderr, swaps()[0]?.[1]]).toEqual([0, '', '4092'])
    expect(existsSync(`${path}.ops-was`)).toBe(false)
  })

  /** The kernel refuses the first one. */
  const once = () =>
    `rm -f ${root}/refused; printf '#!/bin/sh\\n[ -e ${root}/refused ] || { : >${root}/refused; echo "swapon: x: swapon failed: No" >&2; exit 255; }\\nexec ${root}/swapon "$@"\\n' >${root}/once; chmod 0755 ${root}/once; cp "$(command -v swapon)" ${root}/swapon; mount --bind ${root}/once "$(readlink -f "$(command -v swapon)")"`
  test('is as it was where the kernel does not take the new one', async () => {
    const before = readFileSync(fstab(), 'utf8')
    const failed = await ops('apply', { size: '12M' }, once())
    expect([failed.code, failed.stderr]).toEqual([7, expect.stringContaining('all is as it was')])
    expect([swaps()[0]?.[1], readFileSync(fstab(), 'utf8')]).toEqual(['4092', before])
    expect([existsSync(`${path}.ops-swap`), existsSync(`${path}.ops-was`)]).toEqual([false, false])
  })

  test('that is in use stays so, with its own priority, where fstab or the kernel takes nothing else', async () => {
    // While the step is done, fstab becomes a mount point of its own, which nobody can replace.
    const refusing = (program: string) =>
      `at=$(readlink -f "$(command -v ${program})"); cp "$at" ${root}/${program}; printf '#!/bin/sh\\nmount --bind /etc/fstab /etc/fstab\\nexec ${root}/${program} "$@"\\n' >${root}/refusing; chmod 0755 ${root}/refusing; mount --bind ${root}/refusing "$at"`
    writeFileSync(fstab(), '# theirs\n')
    execFileSync('sh', ['-c', 'swapoff "$0" && swapon -p 7 "$0" && chmod 0640 "$0"', path])
    for (const [given, more] of [
      [{ size: '4M' }, refusing('chown')],
      [{ size: '4M', priority: 9 }, refusing('swapon')],
      [{ size: '8M' }, refusing('mkswap')],
      [{ size: '8M' }, once()],
    ] as const) {
      const failed = await ops('apply', given, more)
      expect([failed.code, failed.stderr]).toEqual([7, expect.stringContaining('all is as it was')])
      expect(swaps()).toEqual([[path, '4092', '7']])
      expect([statSync(path).mode & 0o777, existsSync(`${path}.ops-was`)]).toEqual([0o640, false])
    }
    // What a killed run left is no former file of this one, and another spelling of its line stays.
    writeFileSync(`${path}.ops-was`, 'old\n')
    writeFileSync(fstab(), `# theirs\n${line('sw,nofail')}`)
    await applied({ size: '4M' })
    expect([existsSync(`${path}.ops-was`), readFileSync(fstab(), 'utf8')]).toEqual([
      false,
      `# theirs\n${line('sw,nofail')}`,
    ])
  })

  test.each([
    ['a file that is no swap space', { size: '4M' }, 'is there and is no swap space', 'theirs'],
    ['memory', { size: '4M' }, 'lies on tmpfs: tmpfs lies in memory itself', 'memory/swap'],
    ['more than there is', { size: '900T' }, 'there is no room for it', 'large'],
  ])('%s is refused by name', async (_what, given, words, name) => {
    appendFileSync(join(root, 'theirs'), 'theirs\n')
    const refused = await ops('apply', { ...given, path: join(root, name) })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(words)])
    expect(swaps()).toHaveLength(1)
    expect(existsSync(join(root, 'large'))).toBe(false)
    expect(readFileSync(join(root, 'theirs'), 'utf8')).toContain('theirs')
  })

  test('is refused where nobody may set swap, as in most containers', async () => {
    const drop = 'exec setpriv --bounding-set -sys_admin "$@"'
    const refused = await ops('plan', { size: '4M', path: join(root, 'other') }, drop)
    expect(refused.stderr).toContain('nobody may set swap here: Not superuser')
  })

  test('goes for good', async () => {
    await applied({ state: 'absent' })
    expect([swaps(), existsSync(path), readFileSync(fstab(), 'utf8')]).toEqual([[], false, '# theirs\n'])
  })
})
