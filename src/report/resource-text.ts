/** Resources as a list, and one resource as a page. */
import { stepOptions } from '../engine/step-options.ts'
import { printable, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { indent } from './words.ts'

export interface ResourcePage {
  readonly type: string
  readonly doc: string
  readonly params: readonly {
    readonly name: string
    readonly type: string
    readonly default?: string
    readonly required: boolean
    readonly help: string
  }[]
  readonly examples: readonly { readonly title: string; readonly code: string }[]
  readonly undo?: string
}

/** One line per resource. */
export function resourceListText(
  resources: readonly { readonly type: string; readonly doc: string }[],
  style: Style,
): string {
  return table([
    [style.dim('RESOURCE'), ''],
    ...resources.map(({ type, doc }) => [style.bold(type), printableLine(doc)]),
  ])
}

/** What a resource manages, its params, and how it looks in a recipe. */
export function resourceText({ type, doc, params, examples, undo }: ResourcePage, style: Style): string {
  const rows = params.map(param => [
    style.bold(param.name),
    printableLine(param.type),
    param.required ? style.yellow('required') : printableLine(param.default ?? ''),
    printableLine(param.help),
  ])
  const head = [style.dim('PARAM'), style.dim('TYPE'), style.dim('DEFAULT'), '']
  const shown = examples.map(
    ({ title, code }) => `${style.dim(`// ${printableLine(title)}`)}\n${printable(code)}`,
  )
  const options = Object.entries(stepOptions).map(([name, what]) => [style.bold(name), what])
  return [
    `${style.bold(type)}: ${printable(doc)}`,
    table([head, ...rows]),
    `${style.dim('EXAMPLES')}\n${indent(shown.join('\n\n'), '  ')}`,
    ...(undo === undefined ? [] : [`${style.dim('OPS UNDO')}\n  ${printable(undo)}`]),
    `Every step also takes these as a second argument, \`{ after: 'db1' }\`:\n${indent(table(options), '  ')}`,
  ].join('\n\n')
}
