/** What lines of sysctl.d(5) make of a setting at boot, by systemd-sysctl and by the kernel. */
import { type AtBoot, type BootLine, takenOut } from '../boot/look.ts'
import { plainNumbers } from '../boot/plain.ts'
import { moversOf } from './moved.ts'
import { settingIn, swapped, wayOf } from './spelling.ts'

interface Setting extends AtBoot {
  /** The file with the first of equal lines. */
  readonly first: string
}

/** By name, in the order in which systemd-sysctl sets them: what is set to the same value again keeps its first place. */
function settingsOf(lines: readonly BootLine[]): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>()
  for (const { text, by } of lines) {
    const setting = settingIn(text)
    if (setting === undefined) continue
    const { way, value } = setting
    const before = settings.get(way)
    const isSame = before !== undefined && before.value === value
    if (!isSame) settings.delete(way)
    settings.set(way, { value, by, first: isSame ? before.first : by })
  }
  return settings
}

/** Whether a pattern in place of a name means this one: of `[abc]` any character, as it is rather named once too often. */
function fits(pattern: string, way: string): boolean {
  if (!/[*?[]/.test(pattern)) return false
  const parts = pattern.split(/(\*|\?|\[[^\]]*\])/).map((part, at) => {
    if (at % 2 === 0) return part.replaceAll(/[.+^${}()|\\[\]]/g, '\\$&')
    return part === '*' ? '[^/]*' : '[^/]'
  })
  return new RegExp(`^${parts.join('')}$`).test(way)
}

/** Why another file has the last word. Behind a line with the same value in an `earlier` file, its own does not count. */
function whyMoved(does: string, by: string, key: string, earlier: string | undefined): string {
  if (earlier === undefined) return `${by} is read later at boot and ${does}: change it there`
  return `${earlier} sets ${key} at boot, where a later line with the same value counts for nothing, and then ${by} ${does}: take ${key} out of ${earlier}`
}

/** What the lines come to. */
export function settingAtBoot(lines: readonly BootLine[], key: string): AtBoot | undefined {
  const way = wayOf(key)
  const settings = settingsOf(lines)
  const movers = moversOf(way)
  const values = new Map(movers.map(mover => [mover, mover.startsAt]))
  let earlier: string | undefined
  let last: AtBoot | undefined
  for (const [each, { value, ...from }] of settings) {
    if (each === way) {
      earlier = from.first === from.by ? undefined : from.first
      last = { value, by: from.by }
      continue
    }
    if (value === takenOut) continue
    for (const mover of movers) {
      const name = mover.ways.find(one => one === each || (!settings.has(one) && fits(each, one)))
      const moved = mover.to(plainNumbers(value))
      if (name === undefined || moved === undefined || values.get(mover) === plainNumbers(value)) continue
      if (mover.startsAt !== undefined) values.set(mover, plainNumbers(value))
      const does = `sets ${swapped(name)} to ${plainNumbers(value)}, and with it the kernel sets ${key} to ${moved}`
      last = { value: moved, by: from.by, why: whyMoved(does, from.by, key, earlier) }
    }
  }
  return last
}
