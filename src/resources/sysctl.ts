/** A setting of the kernel, now and at the next boot. */
import { settingAtBoot } from './sysctl/at-boot.ts'
import { isSetAfterOthers, waysThatMove } from './sysctl/moved.ts'
import { moduleOf, settingNotes } from './sysctl/notes.ts'
import { patternOf, settingName, settingValue, wayOf } from './sysctl/spelling.ts'
import text from './sysctl/sysctl.sh'
import { neededUnlessAbsent, nowAndAtBoot, ownShell, plainNumbers, presence, sh, z } from './written-with.ts'

const params = z
  .strictObject({
    key: settingName.describe('Its name, with dots or with slashes: `net.ipv4.ip_forward`.'),
    value: settingValue.optional().describe('What it is set to; several numbers are parted by blanks.'),
    state: presence('`absent`: its file is gone; what runs, and what other files set at boot, stays.'),
  })
  .refine(...neededUnlessAbsent('value'))

/** `sysctl {key, value, state}`. */
export const sysctl = nowAndAtBoot({
  type: 'sysctl',
  doc: 'A setting of the kernel: as it runs, and at boot by a file of its own in /etc/sysctl.d.',
  params,
  examples: [
    { title: 'Forward packets', params: { key: 'net.ipv4.ip_forward', value: '1' } },
    { title: 'Several numbers', params: { key: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' } },
    {
      title: 'One interface, whose name has a dot',
      params: { key: 'net/ipv4/conf/eth0.5/rp_filter', value: '2' },
    },
    { title: 'No longer set at boot', params: { key: 'vm.swappiness', state: 'absent' } },
  ],
  identity: ({ key }) => key,
  holder: 'the kernel',
  library: ownShell('sysctl', text),
  folder: 'sysctl.d',
  service: 'systemd-sysctl',
  // Read after /etc/sysctl.d/99-sysctl.conf, which is /etc/sysctl.conf; no name of an interface has a colon in it.
  file: ({ key }) => `99-zz${isSetAfterOthers(wayOf(key)) ? 'z' : ''}-${key.replaceAll('/', ':')}.conf`,
  line: (value, { key }) => `${key} = ${value}`,
  tells: ({ key }) =>
    sh`ops_boot_tell ${`/proc/sys/${wayOf(key)}`} ${key} && ops_sysctl_module ${moduleOf(key)}`,
  sets: ({ key }) => sh`ops_boot_set ${`/proc/sys/${wayOf(key)}`} ${key}`,
  pattern: ({ key }) => patternOf(key, waysThatMove(wayOf(key))),
  readsAll: ({ key }) => waysThatMove(wayOf(key)).length > 0,
  atBoot: (lines, { key }) => settingAtBoot(lines, key),
  plain: plainNumbers,
  owns: ({ key }) => [`path:/proc/sys/${wayOf(key)}`],
  // One setting can move others beside it, as ip_forward does with conf/all/forwarding.
  affects: ({ key }) => [`path:/proc/sys/${wayOf(key).split('/', 1)[0]}/`],
  reads: () => ['path:/etc/sysctl.conf'],
  notes: (now, value, { key }) => settingNotes(now, value, key),
})
