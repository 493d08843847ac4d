/** The words with which `ssh` logs in and stays as a master, whatever the config says. */
import { type SshSettings, sshArguments } from './ssh-config.ts'
import type { ConnectTarget } from './transport.ts'

/** What they are made from. */
export interface MasterWords {
  readonly target: ConnectTarget
  readonly acceptNew: boolean
  /** What `ssh -G` says: also which keywords this ssh knows. */
  readonly settings: SshSettings
  readonly timeoutMs: number
}

/** Options on the command line win over the config: these must hold whatever it says. */
export function masterArguments(
  { target, acceptNew, settings, timeoutMs }: MasterWords,
  socketPath: string,
): string[] {
  const options = {
    BatchMode: target.askSecret ? 'no' : 'yes',
    ClearAllForwardings: 'yes',
    ...(target.compress === undefined ? {} : { Compression: target.compress ? 'yes' : 'no' }),
    ConnectTimeout: String(Math.max(1, Math.ceil(timeoutMs / 1000))),
    ControlMaster: 'yes',
    ControlPath: socketPath,
    ControlPersist: 'no',
    ...(settings.has('forkafterauthentication') ? { ForkAfterAuthentication: 'no' } : {}),
    ForwardAgent: 'no',
    ForwardX11: 'no',
    LogLevel: 'DEBUG2',
    PermitLocalCommand: 'no',
    RemoteCommand: 'none',
    RequestTTY: 'no',
    ServerAliveCountMax: '2',
    ServerAliveInterval: '5',
    StrictHostKeyChecking: acceptNew ? 'accept-new' : 'yes',
    Tunnel: 'no',
  }
  return [
    ...sshArguments(target),
    ...Object.entries(options).flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    '-N',
    '-T',
    '--',
    target.destination,
  ]
}
