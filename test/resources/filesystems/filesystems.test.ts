import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { smartFindings } from '../../../src/resources/filesystems/smart.ts'
import { filesystems } from '../../../src/resources/filesystems.ts'
import { wholeFiles } from '../../../src/resources/whole-files.ts'
import { librariesOf, Place, parsed, shells } from '../shells.ts'

/** Captured from kernel 6.18 with loop devices damaged on purpose; \`loopN\` was renamed to \`sdX\`. */
const kernelLog = `[   12.000000] EXT4-fs (sda): mounted filesystem 795cdf60-7232-475b-81d1-41939b9896bc r/w with ordered data mode. Quota mode: none.
[   13.100000] EXT4-fs error (device sda): ext4_lookup:1787: inode #14: comm ls: iget: checksum invalid
[   13.200000] Aborting journal on device sda-8.
[   13.300000] EXT4-fs (sda): Remounting filesystem read-only
[   14.973089] I/O error, dev sdb, sector 40962 op 0x0:(READ) flags 0x80700 phys_seg 4 prio class 2
[   14.979643] I/O error, dev sdb, sector 41474 op 0x0:(READ) flags 0x80700 phys_seg 4 prio class 2
[   15.213400] XFS (sdc): metadata I/O error in "xfs_read_agi+0x9d/0x180" at daddr 0x2 len 1 error 74
[   15.215683] XFS (sdc): Uncorrected metadata errors detected; please run xfs_repair.
[   16.832126] BTRFS error (device sdd): bdev /dev/sdd errs: wr 0, rd 0, flush 0, corrupt 1, gen 0
[   16.833841] BTRFS warning (device sdd): csum failed root 5 ino 258 off 0 csum 0x0c53cfe3 expected csum 0x276fb0db mirror 1
[   17.392962] BTRFS info (device sde): first mount of filesystem 48285169-292b-45aa-8dba-2ab413aed647
[   17.455523] BTRFS info (device sde): enabling ssd optimizations
[   18.000000] vb-ops-test-9-2 (unregistering): left promiscuous mode
`

/** A busybox shell runs its own dmesg, whatever the path says. */
const readers = shells.flatMap(shell => [
  { name: shell.name, shell, source: 'journal' },
  ...(shell.name === 'busybox' ? [] : [{ name: shell.name, shell, source: 'dmesg' }]),
])

describe.each(readers)('the kernel log, read from the $source with $name', ({ shell, source }) => {
  const findingsIn = (lines: string, days = 3650): readonly string[] => {
    const log =
      source === 'dmesg'
        ? lines
        : lines.replace(/^\[ *(\S+)\] /gm, (_all, at) => `17953310${at} web1 kernel: `)
    const place = new Place(shell)
    try {
      const bin = join(place.root, 'bin')
      mkdirSync(bin)
      for (const [name, text] of Object.entries({
        dmesg: 'cat "$OPS_LOG"',
        journalctl: source === 'dmesg' ? 'exit 1' : 'cat "$OPS_LOG"',
      })) {
        writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
        chmodSync(join(bin, name), 0o755)
      }
      writeFileSync(place.path('log'), log)
      const given = parsed(filesystems, { look: 'kernel', days })
      const done = place.execute(filesystems.definition.probe(given), {
        libraries: librariesOf(filesystems.definition),
        environment: {
          PATH: `${bin}:${place.environment.PATH ?? process.env.PATH ?? ''}`,
          OPS_LOG: place.path('log'),
        },
      })
      expect(done.stderr).toBe('')
      return (filesystems.definition.findings?.(done.stdout, given) ?? []).map(({ what }) => what)
    } finally {
      place.remove()
    }
  }

  test('tells failing disks and file systems apart, one line each', () => {
    expect(findingsIn(kernelLog)).toEqual([
      'the kernel reported 3 file system errors of sda, the first: EXT4-fs error (device sda): ext4_lookup:1787: inode #14: comm ls: iget: checksum invalid',
      'the kernel reported 2 I/O errors of sdb, the first: I/O error, dev sdb, sector 40962 op 0x0:(READ) flags 0x80700 phys_seg 4 prio class 2',
      'the kernel reported 2 file system errors of sdc, the first: XFS (sdc): metadata I/O error in "xfs_read_agi+0x9d/0x180" at daddr 0x2 len 1 error 74',
      'the kernel reported 2 file system errors of sdd, the first: BTRFS error (device sdd): bdev /dev/sdd errs: wr 0, rd 0, flush 0, corrupt 1, gen 0',
    ])
  })

  test('accuses nobody without a reason', () => {
    const healthy = kernelLog.split('\n').filter(line => /mounted|info|vb-ops/.test(line))
    expect(findingsIn(`${healthy.join('\n')}\n`)).toEqual([])
  })
})

describe('the exit code of smartctl', () => {
  // smartctl(8), EXIT STATUS.
  test.each([
    [0, []],
    [1 | 2 | 4, []],
    [8, ['says that it is FAILING']],
    [16, ['announce a failure']],
    [32, ['in the past']],
    [64, ['errors in its log']],
    [128, ['failed self-tests']],
    [8 | 64 | 4, ['says that it is FAILING', 'errors in its log']],
  ])('%i', (code, expected) => {
    const found = smartFindings('/dev/sda', code)
    expect(found).toHaveLength(expected.length)
    for (const [index, text] of expected.entries()) expect(found[index]?.what).toContain(text)
  })
})

describe('dumps', () => {
  const series = (...sizes: readonly number[]): string =>
    sizes
      .map(
        (size, day) =>
          `dump\t${size}\t${1_700_000_000 + day * 86_400}\tclosed\tdb-2026-11-${10 + day}.sql.gz\n`,
      )
      .join('')
  const count = (observation: string): number =>
    wholeFiles.definition.findings?.(observation, parsed(wholeFiles, { path: '/srv/dumps' })).length ?? 0

  test.each([
    ['steady ones are fine', series(100, 101, 99, 102), 0],
    ['one that lost half of the smallest is not', series(100, 101, 99, 49), 1],
    ['one that lost a little is', series(100, 101, 99, 60), 0],
    ['a single one before proves nothing', series(100, 10), 0],
    ['an older small one is the past', series(100, 10, 99, 100), 0],
    [
      'one that is being written may be small',
      series(100, 101, 99) + series(1, 1, 1, 5).split('\n')[3]?.replace('closed', 'open'),
      0,
    ],
    [
      'daily folders are generations too',
      ['daily.0 5', 'daily.1 90', 'daily.2 91']
        .map(
          (each, age) =>
            `dump\t${each.split(' ')[1]}\t${1_700_000_000 - age * 86_400}\tclosed\t${each.split(' ')[0]}/x.tar\n`,
        )
        .join(''),
      1,
    ],
  ])('%s', (_title, observation, expected) => {
    expect(count(observation)).toBe(expected)
  })
})
