/** Runs the git of this machine through simple-git: a small environment, no option of its `unsafe` list but one. */
import { resolve } from 'node:path'
import type { SimpleGit, SimpleGitOptions } from 'simple-git'
import { quote } from '../shell/quote.ts'
import { sshArguments } from '../transport/ssh-config.ts'
import type { ConnectTarget } from '../transport/transport.ts'

/** Variables that git and the programs it starts may need; everything else of ours stays here. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'GNUPGHOME',
] as const

/** Git's own variables that ops sets; simple-git drops all that are not named. */
const ours = ['GIT_TERMINAL_PROMPT', 'GIT_ALLOW_PROTOCOL', 'GIT_SSH_COMMAND', 'GIT_SSH_VARIANT']

/** Longest silence of a git that only reads this disk. */
const silenceMs = 300_000

export interface NetworkAccess {
  /** `ssh` with the same config file, key and known hosts that ops itself used; see `sshCommand`. */
  readonly sshCommand: string | undefined
  readonly aside: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** The operator asked to stop: an end of git has that reason then. */
  readonly isStopping: () => boolean
  /** Ends what runs. */
  readonly signal: AbortSignal
  /** What git prints while it works. */
  readonly onOutput: (text: string) => void
}

/** Git in a folder that asks nobody on the network. */
export async function localGit(folder: string, input?: string): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git')
  return simpleGit({
    baseDir: folder,
    allowEnvironment: ours,
    timeout: { block: silenceMs },
    // An empty input would leave stdin open, and git waiting.
    ...(input && { input: () => input }),
  }).env({ ...environment(), GIT_ALLOW_PROTOCOL: '' })
}

/** Git in a folder that may ask the host, and nobody else: a remote such as `ext::` is not run. */
export async function networkGit(folder: string, access: NetworkAccess): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git')
  const { sshCommand, signal, onOutput } = access
  const options: Partial<SimpleGitOptions> = {
    baseDir: folder,
    abort: signal,
    allowEnvironment: ours,
    // The one exception: the command is ours, made of quoted words.
    unsafe: { allowUnsafeSshCommand: sshCommand !== undefined },
  }
  return simpleGit(options)
    .env({
      ...environment(),
      GIT_ALLOW_PROTOCOL: sshCommand === undefined ? 'file' : 'ssh',
      ...(sshCommand !== undefined && { GIT_SSH_COMMAND: sshCommand, GIT_SSH_VARIANT: 'ssh' }),
    })
    .outputHandler((_command, _stdout, stderr) => {
      stderr.on('data', (chunk: Buffer) => onOutput(chunk.toString('utf8')))
    })
}

/** For GIT_SSH_COMMAND: user and port stand in the URL. The host key was checked and recorded by then. */
export function sshCommand(target: ConnectTarget, mayAsk: boolean): string {
  const { sshConfigFile, identityFile, name, destination } = target
  const chosen = sshArguments({
    name,
    destination,
    // Git runs ssh in the project's folder, which need not be ours.
    ...(sshConfigFile !== undefined && {
      sshConfigFile: sshConfigFile === 'none' ? sshConfigFile : resolve(sshConfigFile),
    }),
    ...(identityFile !== undefined && { identityFile: resolve(identityFile) }),
  })
  const options = [
    `BatchMode=${mayAsk ? 'no' : 'yes'}`,
    'StrictHostKeyChecking=yes',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=4',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
  ]
  return ['ssh', ...chosen, ...options.flatMap(option => ['-o', option])].map(quote).join(' ')
}

function environment(): Record<string, string> {
  const found = passedOn.flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(found), LC_ALL: 'C.UTF-8', GIT_TERMINAL_PROMPT: '0' }
}

/** What git said when it failed, without the prefixes of its lines. */
export function saidBy(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).trim()
}
