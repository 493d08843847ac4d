/** How names and values of the kernel's settings are spelled, as sysctl(8), sysctl.d(5) and the kernel itself do it. */
import { z } from 'zod'
import { type AtBoot, takenOut } from '../boot/look.ts'
import { plainNumbers } from '../boot/plain.ts'
import { oneLine } from '../paths/params.ts'

/** sysctl(8): a dot that comes first means a slash and a slash a dot; behind a slash that comes first all is as it stands. */
export const swapped = (text: string) => text.replaceAll(/[./]/g, each => (each === '.' ? '/' : '.'))
export const wayOf = (key: string) => (/^[^/]*\./.test(key) ? swapped(key) : key)

const stripped = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '')

/** The name of one setting, in the one spelling with dots. */
export const settingName = z
  .string()
  .refine(
    key => /^\w+(?:\/\w[\w@+.-]*)+$/.test(wayOf(key)),
    'must be the name of one setting, such as net.ipv4.ip_forward or net/ipv4/conf/eth0.5/forwarding',
  )
  .transform(key => swapped(wayOf(key)))

/** What it may be set to, as the kernel will show it. */
export const settingValue = z
  .union([z.string(), z.number().int()])
  .transform(given => plainNumbers(String(given)))
  .refine(text => oneLine.safeParse(text).success, 'must be one line')
  // The kernel takes 0x10 and 010, and shows 16 and 8.
  .refine(
    text => !/(?:^| )[+-]?0[\dx]/i.test(text),
    'must have its numbers in decimal, without a zero before them',
  )

/** What a line of sysctl.d(5) sets: `-key` alone takes it out, and there is no value then. */
export function settingIn(
  line: string,
): { readonly way: string; readonly value: AtBoot['value'] } | undefined {
  const [, left = '', sign, value = ''] = /^([^=]*)(=?)(.*)$/.exec(stripped(line)) ?? []
  if (left === '' || /^[#;]/.test(left) || (sign === '' && !left.startsWith('-'))) return undefined
  const way = wayOf(stripped(stripped(left).replace(/^-/, ''))).replaceAll(/\/(?:\.?\/)+/g, '/')
  return { way: way.replaceAll(/^\/|\/$/g, ''), value: sign === '' ? takenOut : stripped(value) }
}

/** What finds the lines that may set it, however they spell it; or, of some names, those that have their last part or a pattern in them. */
export function patternOf(key: string, others: readonly string[]): string {
  const found = `[ \t]*-?[ \t]*[./]*${key.replaceAll('+', '[+]').split(/[./]/).join('[./]+')}[./]*[ \t]*(=|$)`
  const parts = others.map(way => way.replace(/^.*\//, ''))
  return others.length === 0 ? `^${found}` : `^(${found}|[^#;=]*([*?[]|${[...new Set(parts)].join('|')}))`
}
