/** The flags that verbs share: declared once, checked once. */
import { homedir } from 'node:os'
import type { Command } from 'commander'
import { Option } from 'commander'
import { type ErrorData, inputError } from '../base/errors.ts'
import { fileProblem } from '../base/file-problem.ts'
import { outputProblems } from './output-problems.ts'
import { defaultSshConfig } from './ssh-config-default.ts'

/** What the common flags say, checked. */
export interface CommonSettings {
  readonly sshConfigFile?: string
  readonly inventoryFile?: string
  readonly identityFile?: string
  /** A named ssh config or inventory is not there, which was told: which hosts there are is not known. */
  readonly lacksHosts?: true
  readonly acceptNew: boolean
  readonly backend?: 'ssh2' | 'openssh'
  /** Undefined: stay the login user. */
  readonly becomeUser?: string
  readonly askBecomePassword: boolean
  readonly connectTimeoutMs?: number
  readonly verbose: boolean
  readonly fullDiff: boolean
  /** Where to write a page of the run. */
  readonly html?: string
  readonly json: boolean
  /** Hosts at once. */
  readonly limit: number
  /** Words for the only hosts that are wanted of those that were named; with `!` before it, one for hosts to leave out. */
  readonly limitTo?: readonly string[]
}

const defaultLimit = 32
const longestTimeoutSeconds = 86_400

/** Flags of every verb that logs in to hosts. */
export function addConnectionFlags(command: Command): Command {
  const flags: readonly [string, string][] = [
    [
      '-i, --inventory <file>',
      "ops.ini to read, or an inventory of Ansible; otherwise this folder's ops.ini, or one above",
    ],
    ['-F, --ssh-config <file>', 'ssh config to read instead of ~/.ssh/config'],
    ['--identity <file>', 'private key to log in with, and no other one'],
    ['--accept-new', 'accept and record host keys that are not known yet; a changed key is never accepted'],
    ['--transport <name>', '`ssh2` or `openssh`; otherwise chosen by what the ssh config needs'],
    ['--become-user <user>', 'user to act as on the host (default: root)'],
    ['--no-become', 'act as the user that logs in'],
    ['--ask-become-pass', 'ask for the sudo password first; without a terminal, the first line of stdin'],
    ['--timeout <seconds>', 'longest wait for connecting and login together'],
    ['--limit <n>', `hosts at once (default: ${defaultLimit}); or the only hosts wanted, as web1,!db`],
  ]
  for (const [flag, help] of flags) command.addOption(new Option(flag, help).helpGroup('Connection:'))
  return addOutputFlags(command)
}

/** The flags of every verb that shows plans. */
export function addPlanFlags(command: Command): Command {
  return addPageFlag(
    command.addOption(
      new Option('--full-diff', 'show diffs and values whole, however long they are').helpGroup('Output:'),
    ),
  )
}

/** The flag of every verb that shows steps. */
export function addPageFlag(command: Command): Command {
  return command.addOption(
    new Option('--html <file>', 'also write it down as a page to look at, whole and by itself').helpGroup(
      'Output:',
    ),
  )
}

/** Flags of every verb. */
export function addOutputFlags(command: Command): Command {
  for (const [flag, help] of [
    ['-v, --verbose', 'tell more: connections, output of steps, steps that are ok'],
    ['--json', 'one JSON event a line on stdout; the last is the summary'],
  ] as const) {
    command.addOption(new Option(flag, help).helpGroup('Output:'))
  }
  return command
}

/** What counts without the flag that names a file. */
const absent: Readonly<Record<string, string>> = {
  inventory: 'the ops.ini of this folder, or of one above',
  sshConfig: '~/.ssh/config',
  identity: 'the keys of the ssh config and of the agent',
}

/** Reads what the flags above were set to; adds what is wrong with them to `errors`. */
export function commonSettings(
  options: Readonly<Record<string, unknown>>,
  errors: ErrorData[],
): CommonSettings {
  const text = (name: string): string | undefined => {
    const value = options[name]
    if (value === '') errors.push(inputError(`--${kebab(name)} is empty`).data)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const file = (name: string): string | undefined => {
    const path = text(name)?.replace(/^~(?=\/)/, homedir())
    // ssh takes the word none for no config at all.
    const isNone = name === 'sshConfig' && path === 'none'
    const problem = path === undefined || isNone ? undefined : fileProblem(path)
    if (problem === undefined) return path
    const next = `Name a file that is there and may be read. Leave the flag out for ${absent[name] ?? 'what is used without it'}.`
    errors.push(inputError(`--${kebab(name)} ${path}: ${problem}`, { next }).data)
    return undefined
  }
  const backend = text('transport')
  if (backend !== undefined && backend !== 'ssh2' && backend !== 'openssh') {
    errors.push(
      inputError(`--transport ${backend}: there is no such transport`, { next: 'Use ssh2 or openssh.' }).data,
    )
  }
  const becomeUser = text('becomeUser')
  if (becomeUser !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(becomeUser)) {
    errors.push(inputError(`--become-user ${becomeUser}: not a user name`).data)
  }
  if (becomeUser !== undefined && options.become === false) {
    errors.push(inputError('--become-user and --no-become contradict each other').data)
  }
  const timeoutMs = wholeNumber(text('timeout'), '--timeout', longestTimeoutSeconds, errors)
  const limitText = text('limit')
  const limitTo =
    limitText === undefined || /^-?\d+(\.\d+)?$/.test(limitText) ? undefined : limitText.split(/[\s,]+/)
  if (limitTo?.every(word => /^!?$/.test(word))) {
    const next = 'Write a number of hosts at once, or the only hosts wanted, as web1,!db.'
    errors.push(inputError(`--limit '${limitText}': names no host`, { next }).data)
  }
  const limit = limitTo ? undefined : wholeNumber(limitText, '--limit', 10_000, errors)
  const inventoryFile = file('inventory')
  const sshConfigFile =
    options.sshConfig === undefined ? defaultSshConfig(inventoryFile, errors) : file('sshConfig')
  const identityFile = file('identity')
  const html = text('html')
  const noPage = html === undefined ? [] : outputProblems('--html', html)
  errors.push(...noPage)
  const isLost = (name: string, path: string | undefined): boolean =>
    options[name] !== undefined && path === undefined
  const lacksHosts = isLost('inventory', inventoryFile) || isLost('sshConfig', sshConfigFile)
  return {
    ...(sshConfigFile !== undefined && { sshConfigFile }),
    ...(inventoryFile !== undefined && { inventoryFile }),
    ...(identityFile !== undefined && { identityFile }),
    ...(lacksHosts && { lacksHosts }),
    ...((backend === 'ssh2' || backend === 'openssh') && { backend }),
    ...(options.become !== false && { becomeUser: becomeUser ?? 'root' }),
    ...(timeoutMs !== undefined && { connectTimeoutMs: timeoutMs * 1000 }),
    acceptNew: options.acceptNew === true,
    askBecomePassword: options.askBecomePass === true,
    verbose: options.verbose === true,
    fullDiff: options.fullDiff === true,
    ...(html !== undefined && noPage.length === 0 && { html }),
    json: options.json === true,
    limit: limit ?? defaultLimit,
    ...(limitTo && { limitTo: limitTo.filter(word => word !== '') }),
  }
}

/** A number that a flag was given; what is none is added to `errors`. */
export function wholeNumber(
  text: string | undefined,
  flag: string,
  most: number,
  errors: ErrorData[],
): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= 1 && value <= most) return value
  const next = `Write a number from 1 to ${most}, or leave ${flag} out.`
  errors.push(inputError(`${flag} ${text}: not a whole number from 1 to ${most}`, { next }).data)
  return undefined
}

/** Of `planOnly` the flag's `plan-only`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}
