/** Reads the command line of one verb, and keeps all that is wrong with it instead of the first thing only. */
import { Command, CommanderError } from 'commander'
import { type ErrorData, inputError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { Screen } from '../report/screen.ts'
import { beforeDashes } from './before-dashes.ts'

export interface ParsedArgv {
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/** An empty commander command that neither prints nor exits by itself. */
export function verbCommand(name: string, usage: string, description: string): Command {
  return new Command(`ops ${name}`)
    .usage(usage)
    .description(description)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments()
}

/** True when help was asked for (and printed): `--help` anywhere before `--`. */
export function helped(command: Command, argv: readonly string[], screen: Screen): boolean {
  if (!asksHelp(argv)) return false
  command.configureHelp({ helpWidth: Math.min(screen.columns(), 110) })
  screen.out(command.helpInformation())
  return true
}

export function asksHelp(argv: readonly string[]): boolean {
  return beforeDashes(argv).some(word => word === '--help' || word === '-h')
}

/** The first word that is neither a known flag nor its value; for that no flag of a recipe may come before it. */
export function firstOperand(command: Command, argv: readonly string[]): string | undefined {
  const words = beforeDashes(argv)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (!word.startsWith('-') || word === '-') return word
    const option = command.options.find(each => each.long === word || each.short === word)
    if (option?.required === true) index++
  }
  return undefined
}

/** Splits flags from operands; unknown flags and missing values become errors. `help` is what lists the flags. */
export function parseArgv(
  command: Command,
  argv: readonly string[],
  errors: ErrorData[],
  help = `${command.name()} --help`,
): ParsedArgv {
  try {
    const { operands, unknown } = command.parseOptions([...argv])
    const flags = unknown.filter(word => word.startsWith('-') && word !== '-')
    for (const flag of flags) errors.push(unknownFlag(command, flag, help))
    // After an unknown flag nobody can tell its value from an operand: taking none avoids errors that follow from it.
    const rest = flags.length === 0 ? unknown : []
    return { operands: [...operands, ...rest], options: command.opts() }
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    const title = thrown.message
      .replace(/^error: /, '')
      .replace(/^option '(.*)' argument missing$/, '$1: its value is missing')
    errors.push(inputError(title, { next: `\`${help}\` lists the flags and their values.` }).data)
    return { operands: [], options: command.opts() }
  }
}

/** Whoever follows a hint would confirm, force or open what they never asked for; and of one letter nothing is like another. */
const neverProposed = /^-[^-]|^--(?:yes|force.*|repair|accept-new|open-to-others)$/

function unknownFlag(command: Command, flag: string, help: string): ErrorData {
  const name = flag.replace(/=.*$/s, '')
  const known = command.options.flatMap(option =>
    [option.long, option.short].filter(text => text !== undefined),
  )
  if (flag.includes('=') && known.includes(name))
    return inputError(`${name} takes no value`, { next: `Write ${name} alone.` }).data
  const near = nearest(
    name,
    [...known, '--help'].filter(text => !neverProposed.test(text)),
  )
  const hint = near === undefined || /^-[^-]$/.test(name) ? '' : `Did you mean ${near}? `
  return inputError(`unknown flag ${name}`, {
    next: `${hint}\`${help}\` lists the flags.`,
  }).data
}
