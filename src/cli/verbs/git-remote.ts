/** `ops git-remote [HOST]`: gives the project of this folder a home on a host. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import {
  baseProblem,
  branchProblem,
  nameProblem,
  remoteProblem,
  withoutGitSuffix,
} from '../../git-remote/names.ts'
import type { GitRemoteQuestions, GitRemoteRequest } from '../../git-remote/request.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { SelectedHost } from '../../inventory/select.ts'
import type { ConnectTarget } from '../../transport/transport.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { becomeOf } from '../become.ts'
import { collected } from '../collected.ts'
import { confirmPlans } from '../confirm-plans.ts'
import { declinedExitCode, exitCodeOf } from '../exit-code.ts'
import { addConnectionFlags, type CommonSettings, commonSettings } from '../flags.ts'
import { gitRemoteDefaults, rememberDefaults } from '../git-remote-defaults.ts'
import { needsYes } from '../needs-yes.ts'
import type { Prompts } from '../prompts.ts'
import { type ReportSession, underReport } from '../report-session.ts'
import { type Chosen, chooseReachable, connectTargets } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Gives the project of this folder a home on a host: a bare repository, a remote, the first push, and a branch that follows it. Looks at both sides before it touches either; run again, it finishes or has nothing to do.

  ops git-remote web1 --base '~/git'      NAME.git below ~/git of the user that logs in
  ops git-remote --all --tags             every branch and tag; host and base from [git-remote] of ops.ini
  ops git-remote web1 --remote backup     beside an origin that leads elsewhere
  ops git-remote web1 --undo              takes it away again, while nothing would be lost

HOST and base are asked for once on a terminal, and kept in ops.ini:
  [git-remote]
  host = web1
  base = ~/git`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addConnectionFlags(
    verbCommand('git-remote', '[HOST] [flags]', description)
      .option('--base <folder>', 'folder on the host, absolute or below ~; made when it is not there')
      .option('--name <name>', "name of the repository (default: that of the project's folder)")
      .option('--remote <name>', 'name of the remote in this project (default: origin)')
      .option(
        '--branch <name>',
        'branch to push, and HEAD of a new repository (default: the one checked out)',
      )
      .option('--all', 'push every branch')
      .option('--tags', 'push every tag too')
      .option('--track', 'let the branch follow this remote even if it follows another one')
      .option('--description <line>', 'one line for web views and mails')
      .option('--install-git', 'install git on the host where it is missing (apt, as root)')
      .option('--undo', 'remove what this command made, while the host holds nothing more than this project')
      .option('-y, --yes', 'go on without asking'),
  )
  for (const option of command.options) {
    if (option.long === '--limit') option.hideHelp()
    if (option.long === '--become-user')
      option.description = 'make the repository as this user, for the one that logs in (default: no sudo)'
  }
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const flags = readFlags(options, errors)
  if (operands.length > 1) errors.push(inputError('git-remote takes one host').data)
  return underReport(screen, settings, async session => {
    const { inventory, host, base, asked } = await settled(operands, flags, settings, session, errors)
    const request = await requestOf({ ...flags, base, host, settings, options }, session, inventory)
    const { prompts } = session
    const [{ runGitRemote }, { undoGitRemote }, { sshCommand }] = await Promise.all([
      import('../../git-remote/run.ts'),
      import('../../git-remote/undo.ts'),
      import('../../git-remote/local-git.ts'),
    ])
    const { target, hasAsked } = watched(request.target)
    const { status, declined } = await (flags.undo ? undoGitRemote : runGitRemote)(
      { ...request, target },
      {
        emit: session.report.emit,
        interrupt: session.interrupt,
        ssh: () => ({
          command: host.kind === 'local' ? undefined : sshCommand(target, hasAsked()),
          aside: work => (hasAsked() ? session.report.aside(work) : work()),
        }),
        ...(prompts && !flags.yes && { confirm: confirmPlans(session.report, prompts) }),
        ...(prompts && { questions: questionsOf(prompts, request) }),
      },
    )
    if (status === 'ok' && !declined && !flags.undo)
      await rememberDefaults(inventory, asked, text => session.report.say(text))
    return declined ? declinedExitCode : exitCodeOf('git-remote', [status])
  })
}

interface Flags {
  readonly base: string | undefined
  readonly name: string | undefined
  readonly remote: string
  readonly branch: string | undefined
  readonly description: string | undefined
  readonly all: boolean
  readonly tags: boolean
  readonly track: boolean
  readonly installGit: boolean
  readonly undo: boolean
  readonly yes: boolean
}

function readFlags(options: Readonly<Record<string, unknown>>, errors: ErrorData[]): Flags {
  const text = (name: string, problemOf: (value: string) => string | undefined): string | undefined => {
    const value = options[name]
    if (typeof value !== 'string') return undefined
    const problem = problemOf(value)
    if (problem !== undefined) errors.push(inputError(`--${name} ${JSON.stringify(value)} ${problem}`).data)
    return value
  }
  const name = text('name', value => nameProblem(withoutGitSuffix(value)))
  return {
    base: text('base', baseProblem),
    name: name === undefined ? undefined : withoutGitSuffix(name),
    remote: text('remote', remoteProblem) ?? 'origin',
    branch: text('branch', branchProblem),
    description: text('description', value => (value.trim() === '' ? 'is empty' : undefined)),
    all: options.all === true,
    tags: options.tags === true,
    track: options.track === true,
    installGit: options.installGit === true,
    undo: options.undo === true,
    yes: options.yes === true,
  }
}

interface Settled {
  readonly inventory: Inventory
  readonly host: SelectedHost
  readonly chosen: Chosen
  readonly base: string
  /** What a person typed just now, to be kept in ops.ini. */
  readonly asked: Readonly<Record<string, string>>
}

/** Host and base from the command line, ops.ini or the person at the terminal. @throws InputErrors with all that is wrong. */
async function settled(
  operands: readonly string[],
  flags: Flags,
  settings: CommonSettings,
  { prompts }: ReportSession,
  errors: ErrorData[],
): Promise<Settled> {
  const known = await collected(errors, () => gitRemoteDefaults(settings.inventoryFile))
  const canAsk = prompts !== undefined && errors.length === 0
  const asked: Record<string, string> = {}
  let word = operands[0] ?? known?.host
  if (word === undefined && canAsk) {
    word = await prompts.text('Host to keep the project on (a name that `ops hosts` lists, or user@host)')
    asked.host = word
  }
  if (word === undefined && known) {
    const next = 'Write `ops git-remote HOST`, or `host = NAME` under [git-remote] in ops.ini.'
    errors.push(inputError('no host given', { next }).data)
  }
  const chosen =
    word === undefined ? undefined : await collected(errors, () => chooseReachable([word], settings))
  const [host, second] = chosen?.hosts ?? []
  if (second) errors.push(inputError(`${word} stands for several hosts: git-remote takes one`).data)
  if (host?.kind === 'sandbox') {
    errors.push(inputError('the sandbox is thrown away at the end: a repository there would be lost').data)
  }
  let base = flags.base ?? known?.base
  if (base === undefined && canAsk && errors.length === 0) {
    base = await prompts.text('Folder on the host for repositories', {
      initial: '~/git',
      validate: value => baseProblem(value) ?? true,
    })
    asked.base = base
  }
  if (base === undefined && known) {
    const next =
      "Add --base '~/git' (quoted: the folder is the host's), or write `base = ~/git` under [git-remote] in ops.ini."
    errors.push(inputError('no folder for repositories on the host is known', { next }).data)
  }
  if (!flags.yes) errors.push(...needsYes('git-remote', settings.json))
  if (!chosen || !host || base === undefined || errors.length > 0) throw new InputErrors(errors)
  return { inventory: chosen.inventory, host, chosen: { ...chosen, hosts: [host] }, base, asked }
}

async function requestOf(
  given: Flags & {
    readonly base: string
    readonly host: SelectedHost
    readonly settings: CommonSettings
    readonly options: Readonly<Record<string, unknown>>
  },
  session: ReportSession,
  inventory: Inventory,
): Promise<GitRemoteRequest> {
  const { host, settings, options } = given
  const targets = await connectTargets({ inventory, hosts: [host], merged: [] }, settings, session)
  const become = await becomeOf(settings, session)
  const { destination, user, port } = host.target
  return {
    target: targets.get(host) ?? host.target,
    urlHost: host.kind === 'local' ? { kind: 'local' } : { kind: 'ssh', host: destination, user, port },
    become: typeof options.becomeUser === 'string' ? become : undefined,
    becomeRoot: become && { ...become, user: 'root' },
    folder: process.cwd(),
    base: given.base,
    name: given.name,
    remote: given.remote,
    branch: given.branch,
    all: given.all,
    tags: given.tags,
    track: given.track,
    description: given.description,
    installGit: given.installGit,
  }
}

/** Where ops had to ask for a passphrase to log in, the ssh that git runs will have to ask as well. */
function watched(target: ConnectTarget): {
  readonly target: ConnectTarget
  readonly hasAsked: () => boolean
} {
  const { askSecret } = target
  let asked = false
  if (!askSecret) return { target, hasAsked: () => asked }
  const watching: ConnectTarget['askSecret'] = question => {
    asked = true
    return askSecret(question)
  }
  return { target: { ...target, askSecret: watching }, hasAsked: () => asked }
}

function questionsOf(prompts: Prompts, { target }: GitRemoteRequest): GitRemoteQuestions {
  return {
    remoteName: (taken, url) =>
      prompts.text(`The remote ${taken} leads to ${url}. Another name for the new one`, {
        initial: /^[\w-]+$/.test(target.name) ? target.name : 'server',
        validate: value => remoteProblem(value) ?? true,
      }),
    installGit: host => prompts.confirm(`There is no git on ${host}. Install it there with apt, as root?`),
  }
}
