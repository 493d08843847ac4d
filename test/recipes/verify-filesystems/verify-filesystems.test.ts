import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { attach, damages, detach, diskPackages, makeImages, useLoopDevicesAlone } from '../disks.ts'

describeReal('verify-filesystems', () => {
  useLoopDevicesAlone()
  const host = useHost({ loopDevices: true, storage: 'disk', withPackages: diskPackages })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({})
    await host().read(makeImages)
    await host().read(`cd /images; ${Object.values(damages).join('; ')}`)
    return () => folder.remove()
  }, 300_000)

  const ops = (verb: string, ...flags: string[]): Promise<Outcome> =>
    folder.answer([verb, 'verify-filesystems', host().name, '-F', host().sshConfig, ...flags])
  /** The lines of findings: what a person reads. */
  const findings = ({ stdout }: Outcome): string[] =>
    stdout.split('\n').flatMap(line => (/^ {6}(?!note: )\S/.test(line) ? [line.trim()] : []))
  /** Over contents and times. Not over where the holes are: those move while written pages reach the disk. */
  const sums = (images: readonly string[]): Promise<string> =>
    host().read(`cd /images && stat -c '%n %y' ${images.join(' ')} && b2sum ${images.join(' ')}`)
  const attached = async (images: readonly string[], mode?: 'read-write'): Promise<readonly string[]> => {
    const devices = await attach(host(), images, mode)
    onTestFinished(() => detach(host(), devices))
    return devices
  }
  const fstab = async (...lines: string[]): Promise<void> => {
    await host().exec('cat >/etc/fstab', { input: `# a comment\n${lines.map(line => `${line}\n`).join('')}` })
    onTestFinished(async () => {
      await host().exec(': >/etc/fstab')
    })
  }

  describe('what is healthy', () => {
    test('is not accused: in use, out of use, or cut off by a power failure', async () => {
      const inUse = await attached(['ext4', 'xfs', 'btrfs'], 'read-write')
      await host().read(`mkdir -p '/mnt/with space' /mnt/two /mnt/three
        mount -o noatime ${inUse[0]} '/mnt/with space'; mount ${inUse[1]} /mnt/two; mount ${inUse[2]} /mnt/three`)
      await fstab(
        `LABEL=one /mnt/with\\040space ext4 noatime,errors=remount-ro 0 2`,
        `UUID=${(await host().read(`blkid -p -s UUID -o value ${inUse[1]}`)).trim()} /mnt/two xfs defaults 0 0`,
        `${inUse[2]} /mnt/three auto rw 0 0`,
        '/dev/no-such-disk /media/stick vfat noauto,user 0 0',
        'proc /proc proc defaults 0 0',
      )
      const checked = await ops('check')
      expect(findings(checked)).toEqual([])
      expect(checked.code).toBe(0)
      await detach(host(), inUse)

      const images = ['ext4', 'ext4.cut', 'xfs', 'xfs.cut', 'btrfs', 'btrfs.cut']
      await fstab()
      const before = await sums(images)
      for (const some of [images.slice(0, 3), images.slice(3)]) {
        const devices = await attached(some)
        const flags = devices.flatMap(device => ['--devices', device])
        const unused = await ops('check', ...flags)
        expect(findings(unused)).toEqual([])
        expect(unused.code).toBe(0)
        await detach(host(), devices)
      }
      expect(await sums(images)).toBe(before)
    })

    test('what was looked at is said; what could not be is no finding, unless --strict', async () => {
      const [ext4 = '', xfs = ''] = await attached(['ext4', 'xfs'], 'read-write')
      await host().read(`mkdir -p /mnt/held; mount ${xfs} /mnt/held`)
      await fstab(`${xfs} /mnt/held xfs defaults 0 0`)
      const checked = await ops('check')
      const missed = [
        "could not look at the kernel's log: neither the journal nor dmesg can be read here",
        'could not look at SMART: there is no disk here that could be asked',
      ]
      for (const each of missed) expect(checked.stdout).toContain(`note: ${each}\n`)
      expect(checked.stdout).toContain('note: looked at: 1 entries of /etc/fstab')
      expect(checked.stdout).toMatch(new RegExp(`structure\\n +note: looked at: .*${ext4} \\(ext4\\)`))
      expect(checked.stdout).toMatch(new RegExp(`note: left out: .*${xfs} \\(in use for writing\\)`))
      expect(checked.stdout).toMatch(/space\n +note: looked at: .*\/mnt\/held/)
      expect(checked.stdout).toMatch(new RegExp(`errors\\n +note: looked at: .*${ext4}`))
      expect(checked.code).toBe(0)

      const strict = await ops('check', '--strict')
      expect(findings(strict)).toEqual(
        missed.map(each => `${each}: make that possible, or do without \`strict\``),
      )
      expect(strict.code).toBe(2)
      // A device that is named is meant to be looked at.
      await host().read(
        'cd /images; truncate -s 8M nothing; truncate -s 40M fat; mkfs.fat fat 2>/dev/null || :',
      )
      const [nothing = ''] = await attached(['nothing'])
      const named = await ops('check', '--strict', '--devices', xfs, '--devices', nothing)
      expect(findings(named).slice(2)).toEqual([
        expect.stringContaining(`could not look at the structure of ${xfs}: it is mounted read-write: `),
        expect.stringContaining(`could not look at the structure of ${nothing}: it holds nothing known; `),
      ])
    })

    test('a journal with nothing of these days is read; a dump whose program is missing is not', async () => {
      const tools = `#!/bin/sh\n[ $# = 0 ] && echo '[    1.000000] Linux version 1'\nexit 0\n`
      await host().exec(
        'tee /usr/local/sbin/dmesg >/usr/local/sbin/journalctl; chmod 755 /usr/local/sbin/dmesg',
        {
          input: tools,
        },
      )
      onTestFinished(async () => {
        await host().exec('rm /usr/local/sbin/dmesg /usr/local/sbin/journalctl')
      })
      await host().read(`mkdir -p /srv/packed; cd /srv/packed; echo x >a.sql.lz4; echo '-- dump' >b.sql`)
      const checked = await ops('check', '--no-structure', '--days', '1', '--no-empty', '/srv/packed')
      expect(checked.stdout).toMatch(/note: looked at: the kernel's log/)
      expect(checked.stdout).toContain('note: looked at: 2 files')
      expect(checked.stdout).toContain(
        'could not look at what is in a.sql.lz4: the program lz4 is not installed',
      )
      expect(checked.code).toBe(0)
      const strict = await ops('check', '--no-structure', '--no-empty', '/srv/packed', '--strict')
      expect(findings(strict).filter(line => line.includes('lz4'))).toHaveLength(1)
    })
  })

  describe('damage', () => {
    test.each([
      [
        'ext4',
        {
          'ext4-magic': /holds ext4, but its superblock is damaged: ext2fs_open2: Bad magic number/,
          'ext4-superblock': /\(ext4\) is damaged: ext2fs_open2: Superblock checksum does not match/,
          'ext4-inodes': /\(ext4\) is damaged: Inode 1\d /,
          'ext4-journal': /\(ext4\) is damaged: Superblock has an invalid journal/,
        },
      ],
      [
        'xfs',
        {
          'xfs-magic': /holds xfs, but its superblock is damaged: bad primary superblock - bad magic number/,
          'xfs-superblock': /holds xfs, but its superblock is damaged: bad primary superblock/,
          'xfs-inodes': /\(xfs\) is damaged: /,
          'xfs-index': /\(xfs\) is damaged: Metadata CRC error detected/,
        },
      ],
      [
        'btrfs',
        {
          'btrfs-magic': /holds btrfs, but its superblock is damaged: ERROR: superblock/,
          'btrfs-superblock': /\(btrfs\) is damaged: ERROR: superblock checksum mismatch/,
        },
      ],
    ])(
      'of %s is found in superblock, inodes and journal, one line each, and nothing is written',
      async (healthy, expected) => {
        const images = [healthy, ...Object.keys(expected)]
        const before = await sums(images)
        const devices = await attached(images)
        const checked = await ops('check', ...devices.flatMap(device => ['--devices', device]))
        const found = findings(checked)
        expect(found).toHaveLength(images.length - 1)
        for (const [index, pattern] of Object.values(expected).entries()) {
          const line = found.find(each => each.includes(`${devices[index + 1]} `))
          expect(line).toMatch(pattern)
          expect(line).toMatch(/: copy the device first, then /)
        }
        expect(checked.code).toBe(2)
        expect(checked.stderr).toBe('')
        expect(await sums(images)).toBe(before)
      },
    )

    test('that the kernel ran into: read-only, with the counter and since when', async () => {
      await host().read(
        `cd /images; cp ext4-inodes fallen; tune2fs -e remount-ro fallen; mkdir -p /mnt/fallen`,
      )
      const [device = ''] = await attached(['fallen'], 'read-write')
      await host().exec(
        `mount ${device} /mnt/fallen; cat /mnt/fallen/* >/dev/null; touch /mnt/fallen/new; sync`,
      )
      const checked = await ops('check')
      const found = findings(checked)
      expect(found).toContainEqual(
        expect.stringMatching(
          new RegExp(`^/mnt/fallen \\(${device}\\) is read-only, it was mounted for writing: .*fsck -n`),
        ),
      )
      expect(found).toContainEqual(
        expect.stringMatching(
          new RegExp(
            `^${device} has counted \\d+ errors? in ext4_\\w+.* \\(since 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\)`,
          ),
        ),
      )
      expect(checked.code).toBe(2)
    })

    test('of data on btrfs is found by its own counters', async () => {
      await host().read(`cd /images; cp btrfs rotten; mkdir -p /mnt/rotten
        at=$(grep -obUaP '\\x7fELF' rotten | sed -n 5p | cut -d: -f1)
        dd if=/dev/urandom of=rotten bs=1 seek=$((at + 100)) count=50 conv=notrunc status=none`)
      const [device = ''] = await attached(['rotten'], 'read-write')
      await host().exec(`mount ${device} /mnt/rotten; cat /mnt/rotten/* >/dev/null`)
      const found = findings(await ops('check', '--no-structure'))
      expect(found).toEqual([
        expect.stringMatching(
          new RegExp(`^btrfs on ${device} has counted \\d+ corruption_errs: run .btrfs scrub`),
        ),
      ])
    })
  })

  describe('fstab', () => {
    test('every entry that does not resolve or is not mounted as written is named', async () => {
      const [one = '', two = '', three = ''] = await attached(['ext4', 'xfs', 'btrfs'], 'read-write')
      await host().read(`mkdir -p /mnt/one /mnt/two /mnt/three /mnt/four
        mount -o ro ${one} /mnt/one; mount ${two} /mnt/two
        mount ${three} /mnt/three; btrfs subvolume create /mnt/three/home; umount /mnt/three; mount ${three} /mnt/three`)
      await fstab(
        `${one} /mnt/one ext4 defaults 0 2`,
        'LABEL=two /mnt/two xfs nosuid,noexec 0 0',
        'LABEL=three /mnt/three btrfs subvol=home 0 0',
        'UUID=0bad0bad-0000-4000-8000-00000000000d /mnt/four ext4 defaults 0 2',
        'tmpfs /mnt/five tmpfs size=1m 0 0',
        '/swapfile none swap sw 0 0',
      )
      const checked = await ops('check', '--no-structure')
      expect(findings(checked)).toEqual([
        expect.stringMatching(
          /^\/mnt\/one \(\/dev\/loop\d+\) is read-only, \/etc\/fstab says read-write: find out/,
        ),
        expect.stringMatching(
          /^\/mnt\/two \(LABEL=two in \/etc\/fstab\) is mounted without nosuid, noexec: /,
        ),
        expect.stringMatching(/^\/mnt\/three .* shows the subvolume \/ instead of home: /),
        expect.stringMatching(
          /^\/mnt\/four \(UUID=0bad0bad\S+ in \/etc\/fstab\) names nothing that exists, and is not mounted: compare with `blkid`/,
        ),
        expect.stringMatching(
          /^\/mnt\/five \(tmpfs in \/etc\/fstab\) is not mounted: see why with `mount \/mnt\/five`$/,
        ),
        expect.stringMatching(/^swap \/swapfile in \/etc\/fstab names nothing that exists: /),
      ])
      expect(checked.code).toBe(2)
      const left = await ops(
        'check',
        '--no-structure',
        '--except',
        '/mnt/one,/mnt/two,/mnt/three,/mnt/four,/mnt/five',
      )
      expect(findings(left)).toHaveLength(1)
    })
  })

  test('a line of fstab that mount skips is found, as findmnt finds it', async () => {
    const lines = [
      'tmpfs /mnt/a tmpfs noauto 0 0 # trailing',
      '  # a comment further in',
      'tmpfs /mnt/b',
      'tmpfs',
      'tmpfs /mnt/c tmpfs noauto # trailing',
      'tmpfs /mnt/d tmpfs noauto 0 x',
      'tmpfs /mnt/e#1 tmpfs noauto 0',
      'tmpfs /mnt/f tmpfs size=1m, mode=700 0 0',
      'tmpfs mnt/g tmpfs noauto 0 0',
      'tmpfs /mnt/h tmpfs noauto -1 1x',
    ]
    await fstab(...lines)
    const skipped = [
      ...(await host().read('findmnt --verify 2>&1 || :')).matchAll(/parse error at line (\d+)/g),
    ]
    const numbers = [...new Set(skipped.map(match => match[1]))]
    expect(numbers.length).toBeGreaterThan(4)
    const checked = await ops('check', '--no-structure')
    expect(findings(checked)).toEqual([
      ...numbers.map(number =>
        expect.stringMatching(`^line ${number} of /etc/fstab cannot be read, so mount`),
      ),
      expect.stringMatching(
        /^mnt\/g \(tmpfs in \/etc\/fstab\) is not an absolute path, so it is never mounted/,
      ),
    ])
    expect(checked.code).toBe(2)
  })

  test('what a disk says of itself is read from the exit code of smartctl', async () => {
    // A stand-in: these hosts have no disk of their own that could fail.
    const standIn = `#!/bin/sh\ncase $1 in --scan) echo '/dev/sdz -d scsi # /dev/sdz, SCSI device';; *) exit 76;; esac\n`
    await host().exec('cat >/usr/local/sbin/smartctl; chmod 755 /usr/local/sbin/smartctl', { input: standIn })
    onTestFinished(async () => {
      await host().exec('rm /usr/local/sbin/smartctl')
    })
    const checked = await ops('check', '--no-structure')
    expect(findings(checked)).toEqual([
      'the disk /dev/sdz says that it is FAILING (SMART): copy what it holds now, then replace it',
      expect.stringMatching(/^the disk \/dev\/sdz has errors in its log \(SMART\): /),
    ])
    expect(checked.code).toBe(2)
  })

  test('a file system without space, or without inodes, is named', async () => {
    await host().read(`cd /images; truncate -s 30M full; mkfs.ext4 -q -m 0 full; truncate -s 30M many; mkfs.ext4 -q -N 32 many
      mkdir -p /mnt/full /mnt/many`)
    const [full = '', many = ''] = await attached(['full', 'many'], 'read-write')
    await host().exec(`mount ${full} /mnt/full; cat /dev/zero >/mnt/full/zeros; mount ${many} /mnt/many
      for i in $(seq 40); do : >/mnt/many/$i; done`)
    const checked = await ops('check', '--no-structure')
    expect(findings(checked)).toEqual([
      expect.stringMatching(
        /^\/mnt\/full \(\S+\): 100 % of its space used, \S+ K?i?B left, the limit is 90 %: /,
      ),
      expect.stringMatching(
        /^\/mnt\/many \(\S+\): 100 % of its inodes used, 0 inodes left, the limit is 90 %: /,
      ),
    ])
    expect(checked.code).toBe(2)
  })

  test('files of 0 bytes and dumps that shrank are found, and nothing else', async () => {
    await host().read(`mkdir -p /srv/dumps/daily.0 /srv/dumps/daily.1 /srv/dumps/daily.2 '/srv/dumps/conf d' /srv/hollow
      cd /srv/dumps
      for day in 17 18 19 20; do head -c 9${'$'}{day}0 /dev/zero >db-2026-11-$day.sql.gz; touch -d 2026-11-$day db-2026-11-$day.sql.gz; done
      head -c 2000 /dev/zero >db-2026-11-21.sql.gz; touch -d 2026-11-21 db-2026-11-21.sql.gz
      for i in 0 1 2; do head -c 5000 /dev/urandom >daily.$i/x.tar; head -c $((900 - i * 400)) /dev/zero >daily.$i/y.conf; done
      : >'conf d/a b.conf'; touch -d '2026-11-20 10:00 UTC' 'conf d/a b.conf'; : >.gitkeep; echo fine >small`)
    const checked = await ops(
      'check',
      '--no-structure',
      '--no-empty',
      '/srv/dumps',
      '--no-empty',
      '/srv/hollow,/srv/gone',
    )
    expect(findings(checked)).toEqual([
      '/srv/dumps/conf d/a b.conf is empty (0 bytes) (since 2026-11-20 10:00 UTC): bring it back from a good copy, and find out what emptied it',
      expect.stringMatching(
        /^\/srv\/dumps\/db-2026-11-21.sql.gz has 2.0 KiB, 78 % less than is usual among the 4 before it \(9.0 KiB\) \(since 2026-11-21/,
      ),
      expect.stringMatching(/^\/srv\/hollow holds no file at all: /),
      expect.stringMatching(/^\/srv\/gone is not there: /),
    ])
    expect(checked.code).toBe(2)
  })

  test('dumps and archives with nothing in them are found, whatever their names say', async () => {
    await host().read(`mkdir -p /srv/void/sub; cd /srv/void
      gzip -c </dev/null >none.sql.gz; printf 'BZh9\\027rE8P\\220\\0\\0\\0\\0' >none.sql.bz2
      printf '\\3757zXZ\\0\\0\\004\\346\\326\\264F\\0\\0\\0\\0\\034\\337D!\\037\\266\\363}\\001\\0\\0\\0\\0\\004YZ' >none.sql.xz
      tar -cf none.tar -T /dev/null; tar -czf none.tgz -T /dev/null; tar -czf some.tgz -C /etc hostname
      echo 'mysqldump: Got error: 1045: Access denied' >denied.sql; gzip -c denied.sql >denied-2.sql.gz
      printf 'mysqldump: [Warning] a password\\n-- MySQL dump\\n' >warned.sql
      echo '-- MariaDB dump 10.19' >sound.sql; gzip -c sound.sql >sub/sound.sql.gz
      head -c 30 sub/sound.sql.gz >sub/cut.sql.gz`)
    const checked = await ops('check', '--no-structure', '--no-empty', '/srv/void')
    const what = findings(checked).map(line => line.replace(/ \(since .*/, ''))
    expect(what.sort()).toEqual([
      '/srv/void/denied-2.sql.gz holds nothing: it holds only a message: mysqldump: Got error: 1045: Access denied',
      '/srv/void/denied.sql holds nothing: it holds only a message: mysqldump: Got error: 1045: Access denied',
      '/srv/void/none.sql.bz2 holds nothing: it unpacks to nothing',
      '/srv/void/none.sql.gz holds nothing: it unpacks to nothing',
      '/srv/void/none.sql.xz holds nothing: it unpacks to nothing',
      '/srv/void/none.tar holds nothing: it is an archive without a file',
      '/srv/void/none.tgz holds nothing: it is an archive without a file',
    ])
  })

  test('broken tables are found, sound ones are not, and a database that is down is', async () => {
    await host().read(`mariadb -e "create database shop; use shop;
        create table a (i int primary key, t text) engine=MyISAM; insert into a values (1,'x'),(2,'y');
        create table b (i int primary key, t text) engine=InnoDB; insert into b select seq, repeat('x',500) from seq_1_to_2000;
        create table fine (i int primary key); create view v as select * from fine"`)
    expect((await ops('check', '--no-structure', '--mysql')).code).toBe(0)
    await host().read(`systemctl stop mariadb
      dd if=/dev/urandom of=/var/lib/mysql/shop/a.MYI bs=1 count=60 conv=notrunc status=none
      dd if=/dev/urandom of=/var/lib/mysql/shop/b.ibd bs=1 seek=70000 count=3000 conv=notrunc status=none`)
    expect(findings(await ops('check', '--no-structure', '--mysql'))).toEqual([
      expect.stringMatching(/^the database cannot be asked: .*2002.*: is it running/),
    ])
    await host().read('systemctl start mariadb')
    const checked = await ops('check', '--no-structure', '--mysql')
    expect(findings(checked)).toEqual([
      expect.stringMatching(/^the table shop\.a is broken: Incorrect file format 'a': /),
      expect.stringMatching(/^the table shop\.b is broken: InnoDB: .*corrupt/),
    ])
    expect(checked.code).toBe(2)
  })

  describe('--repair', () => {
    test('asks first, refuses what is mounted, repairs, and has nothing to do the second time', async () => {
      await host().read('cd /images; cp ext4-inodes mend-ext4; cp xfs-index mend-xfs')
      const repairs: string[] = []
      for (const device of await attached(['mend-ext4', 'mend-xfs'], 'read-write')) {
        expect((await ops('apply', '--repair', device)).stderr).toContain('--yes')
        expect((await ops('check', '--repair', device)).code).toBe(2)
        const repaired = await ops('apply', '--repair', device, '--yes')
        expect(repaired.stderr).toBe('')
        expect(repaired.code).toBe(0)
        repairs.push(repaired.stdout)
        expect(repaired.stdout).toContain('what it cannot place is cleared or goes to lost+found')
        expect((await ops('apply', '--repair', device, '--yes')).stdout).toContain('nothing to do')
        expect((await ops('check', '--devices', device)).code).toBe(0)
      }
      expect(repairs[0]).toMatch(/\/var\/lib\/ops\/kept\/loop\d+-\*\.e2undo; `e2undo FILE/)
      expect(await host().read('ls /var/lib/ops/kept')).toMatch(/^loop\d+-.*\.e2undo$/m)
    })

    test('touches nothing that is mounted, nor btrfs', async () => {
      await host().read('cd /images; cp ext4-inodes mounted; mkdir -p /mnt/mounted')
      const [mounted = '', btrfs = ''] = await attached(['mounted', 'btrfs-superblock'], 'read-write')
      await host().read(`mount -o ro ${mounted} /mnt/mounted`)
      const refused = await ops('apply', '--repair', mounted, '--yes')
      expect(refused.stderr).toMatch(/it is mounted; `umount \/dev\/loop\d+` first/)
      expect(refused.code).toBe(1)
      const before = await sums(['btrfs-superblock'])
      expect((await ops('apply', '--repair', btrfs, '--yes')).stderr).toContain(
        'btrfs has no repair that can be trusted',
      )
      expect((await ops('apply', '--repair', '/dev/nothing', '--yes')).stderr).toContain(
        'there is no such device',
      )
      expect(await sums(['btrfs-superblock'])).toBe(before)
      // What cannot be looked at is not called sound.
      await host().read('cd /images; truncate -s 20M swap; mkswap swap')
      const [swap = ''] = await attached(['swap'], 'read-write')
      const unknown = await ops('apply', '--repair', swap, '--yes')
      expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('it holds ')])
    })
  })

  test('findings are data in --json', async () => {
    await fstab('LABEL=nowhere /mnt/nowhere ext4 defaults 0 0')
    const { stdout, code } = await ops('check', '--no-structure', '--json')
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const plan = events.find(event => event.event === 'plan')
    expect(plan.steps[0].findings).toEqual([
      { what: expect.stringContaining('/mnt/nowhere'), next: expect.stringContaining('blkid') },
    ])
    expect(events.at(-1).hosts[host().name]).toMatchObject({ status: 'drift', failed: 1 })
    expect(code).toBe(2)
  })
})
