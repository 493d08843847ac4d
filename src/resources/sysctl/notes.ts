/** What people are told beside the plan of a setting of the kernel. */
import { isNumbers } from './spelling.ts'

/** Those that come with a module: systemd-sysctl sets them only where that is loaded before it runs (sysctl.d(5)). */
const comesWith = [
  [/^net\.bridge\./, 'br_netfilter'],
  [/^net\.(?:netfilter\.)?nf_conntrack_/, 'nf_conntrack'],
] as const

/** `now` is what runs. */
export function settingNotes(now: string, value: string, key: string): readonly string[] {
  const [, module] = comesWith.find(([names]) => names.test(key)) ?? []
  return [
    ...(isNumbers(now) && !isNumbers(value)
      ? [
          `it is a number now: whether the kernel takes ${value} shows when it is set; if not, nothing is changed`,
        ]
      : []),
    ...(module === undefined
      ? []
      : [
          `at boot it is set only where the module ${module} is loaded by then: a line \`${module}\` in a file of /etc/modules-load.d loads it`,
        ]),
    ...(key.startsWith('net.')
      ? ['should this cut our own access, ops cannot put it back: `access: { undo: … }` of the step says how']
      : []),
  ]
}
