/** Which rules of a bucket's lifecycle would take our objects away, or out of reach. */
import { all, at, type Element, textAt } from './xml.ts'

/** A rule that reaches objects of the store. */
export interface LifecycleRule {
  readonly id: string
  /** Objects are taken away so many days after they were stored. 0: at a date that is written in the rule. */
  readonly expiresAfterDays?: number
  readonly expiresAt?: string
  /** Objects move so many days later to a class that must be asked hours before it can be read. */
  readonly archivedAfterDays?: number
}

const slowClasses = new Set(['GLACIER', 'DEEP_ARCHIVE'])

/** The rules of a `LifecycleConfiguration` that are in force, and can reach an object below this prefix. */
export function lifecycleRules(document: Element | undefined, prefix: string): readonly LifecycleRule[] {
  return all(document, 'Rule')
    .filter(rule => textAt(rule, 'Status') === 'Enabled' && reaches(rule, prefix))
    .map(rule => {
      const days = textAt(rule, 'Expiration', 'Days')
      const date = textAt(rule, 'Expiration', 'Date')
      const archived = all(rule, 'Transition')
        .filter(each => slowClasses.has(textAt(each, 'StorageClass') ?? ''))
        .map(each => Number(textAt(each, 'Days') ?? 0))
      return {
        id: textAt(rule, 'ID') ?? '',
        ...(days === undefined ? {} : { expiresAfterDays: Number(days) }),
        ...(date === undefined ? {} : { expiresAt: date }),
        ...(archived.length === 0 ? {} : { archivedAfterDays: Math.min(...archived) }),
      }
    })
}

/** Our objects have no tags: a rule that wants one does not reach them. A size filter may. */
function reaches(rule: Element, prefix: string): boolean {
  const filter = at(rule, 'Filter')
  const and = at(filter, 'And')
  if (at(filter, 'Tag') !== undefined || at(and, 'Tag') !== undefined) return false
  const rulePrefix = textAt(rule, 'Prefix') ?? textAt(filter, 'Prefix') ?? textAt(and, 'Prefix') ?? ''
  return rulePrefix.startsWith(prefix) || prefix.startsWith(rulePrefix)
}
