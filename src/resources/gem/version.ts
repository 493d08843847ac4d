/** Versions of gems and what a requirement such as `~> 7.0` says of them (RubyGems, Gem::Requirement). */

const requirementPart = /^(=|!=|>=|<=|>|<|~>)?\s*(\d+(?:\.[0-9A-Za-z]+)*)$/

/** Whether the text is a version or a list of conditions that RubyGems would take. */
export function isRequirement(text: string): boolean {
  return text.split(',').every(part => requirementPart.test(part.trim()))
}

/** Whether the version meets every condition of the requirement. */
export function satisfies(version: string, requirement: string): boolean {
  return requirement.split(',').every(part => {
    const [, operator = '=', wanted = ''] = requirementPart.exec(part.trim()) ?? []
    const order = compareVersions(version, wanted)
    switch (operator) {
      case '=':
        return order === 0
      case '!=':
        return order !== 0
      case '>':
        return order > 0
      case '<':
        return order < 0
      case '>=':
        return order >= 0
      case '<=':
        return order <= 0
      default:
        return order >= 0 && compareVersions(version, nextSeries(wanted)) < 0
    }
  })
}

/** Negative, zero or positive, as the one version comes before, with or after the other; letters are pre-releases. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [segmentsOf(one), segmentsOf(other)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [a, b] = [left[index] ?? 0, right[index] ?? 0]
    if (a === b) continue
    if (typeof a === 'number' && typeof b === 'number') return a - b
    if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1
    return typeof a === 'string' ? -1 : 1
  }
  return 0
}

/** `7.1.2` gives `7.2`: the first version that `~> 7.1.2` leaves out. */
function nextSeries(version: string): string {
  const numbers = segmentsOf(version).filter(segment => typeof segment === 'number')
  const kept = numbers.length > 1 ? numbers.slice(0, -1) : numbers
  return [...kept.slice(0, -1), (kept.at(-1) ?? 0) + 1].join('.')
}

function segmentsOf(version: string): (number | string)[] {
  return (version.match(/\d+|[A-Za-z]+/g) ?? []).map(part => (/\d/.test(part) ? Number(part) : part))
}
