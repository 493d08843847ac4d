/** How names and values of the kernel's settings are spelled, as sysctl(8), sysctl.d(5) and the kernel itself do it. */

/** sysctl(8): a dot that comes first means a slash and a slash a dot; behind a slash that comes first all is as it stands. */
export const swapped = (text: string) => text.replaceAll(/[./]/g, each => (each === '.' ? '/' : '.'))
export const wayOf = (key: string) => (/^[^/]*\./.test(key) ? swapped(key) : key)

const stripped = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '')

export const isNumbers = (value: string) => /^[\s\d-]+$/.test(value)

/** The kernel parts numbers by tabs, people by blanks; in other texts (`kernel.core_pattern`) every blank counts. */
export const plain = (value: string) =>
  isNumbers(value) ? value.trim().replaceAll(/\s+/g, ' ') : stripped(value)

/** What a line of sysctl.d(5) sets: `-key` alone takes it out, and there is no value then. */
export function settingIn(
  line: string,
): { readonly way: string; readonly value: string | undefined } | undefined {
  const [, left = '', sign, value = ''] = /^([^=]*)(=?)(.*)$/.exec(stripped(line)) ?? []
  if (left === '' || /^[#;]/.test(left) || (sign === '' && !left.startsWith('-'))) return undefined
  const way = wayOf(stripped(stripped(left).replace(/^-/, ''))).replaceAll(/\/(?:\.?\/)+/g, '/')
  return { way: way.replaceAll(/^\/|\/$/g, ''), value: sign === '' ? undefined : stripped(value) }
}

/** What finds the lines that may set it, however they spell it; or, of some names, those that have their last part or a pattern in them. */
export function patternOf(key: string, others: readonly string[]): string {
  const found = `[ \t]*-?[ \t]*[./]*${key.replaceAll('+', '[+]').split(/[./]/).join('[./]+')}[./]*[ \t]*(=|$)`
  const parts = others.map(way => way.replace(/^.*\//, ''))
  return others.length === 0 ? `^${found}` : `^(${found}|[^#;=]*([*?[]|${[...new Set(parts)].join('|')}))`
}
