/** How names and values of the kernel's settings are spelled, as sysctl(8), sysctl.d(5) and the kernel itself do it. */

/** sysctl(8): a dot that comes first means a slash and a slash a dot; behind a slash that comes first all is as it stands. */
export const swapped = (text: string) => text.replaceAll(/[./]/g, each => (each === '.' ? '/' : '.'))
export const wayOf = (key: string) => (/^[^/]*\./.test(key) ? swapped(key) : key)

const stripped = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '')

export const isNumbers = (value: string) => /^[\s\d-]+$/.test(value)

/** The kernel parts numbers by tabs, people by blanks; in other texts (`kernel.core_pattern`) every blank counts. */
export const plain = (value: string) =>
  isNumbers(value) ? value.trim().replaceAll(/\s+/g, ' ') : stripped(value)

/** What a line of sysctl.d(5) sets the key to, if it does: one that is `-key` alone takes it out, and it has no value then. */
export function settingIn(line: string, key: string): string | undefined {
  const [, left = '', sign, value = ''] = /^([^=]*)(=?)(.*)$/.exec(stripped(line)) ?? []
  if (/^[#;]/.test(left) || (sign === '' && !left.startsWith('-'))) return undefined
  const way = wayOf(stripped(stripped(left).replace(/^-/, ''))).replaceAll(/\/(?:\.?\/)+/g, '/')
  return way.replaceAll(/^\/|\/$/g, '') === wayOf(key) ? plain(value) : undefined
}
