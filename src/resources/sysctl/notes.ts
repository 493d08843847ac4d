/** What people are told beside the plan of a setting of the kernel. */
import { isNumbers } from '../boot/plain.ts'

/** Those that come with a module: systemd-sysctl sets them only where that is loaded before it runs (sysctl.d(5)). */
const comesWith = [
  [/^net\.bridge\./, 'br_netfilter'],
  [/^net\.(?:netfilter\.)?nf_conntrack_/, 'nf_conntrack'],
] as const

/** The module, or nothing. */
export const moduleOf = (key: string): string => comesWith.find(([names]) => names.test(key))?.[1] ?? ''

/** `now` is what runs. */
export function settingNotes(now: string | undefined, value: string, key: string): readonly string[] {
  return [
    ...(now !== undefined && isNumbers(now) && !isNumbers(value)
      ? [
          `it is a number now: whether the kernel takes ${value} shows when it is set; if not, nothing is changed`,
        ]
      : []),
    ...(key.startsWith('net.')
      ? ['should this cut our own access, ops cannot put it back: `access: { undo: … }` of the step says how']
      : []),
  ]
}
