/** The backend on the system's own `ssh`: for certificates, security keys, Kerberos and whatever ssh2 lacks. */
import { mkdirSync } from 'node:fs'
import { childEnvironment } from '../base/child-environment.ts'
import { OpsError } from '../base/errors.ts'
import { serveQuestions } from './askpass.ts'
import { type Address, seconds, unreachable } from './dial.ts'
import { type MasterWords, masterArguments } from './openssh-arguments.ts'
import { OpensshConnection } from './openssh-connection.ts'
import { opensshError } from './openssh-errors.ts'
import { OpensshMaster, privateDirectory } from './openssh-master.ts'
import { PausableTimer } from './pausable-timer.ts'
import type { ConnectTarget, Transport } from './transport.ts'

/** One login by `ssh`, which resolves everything else itself. */
export interface OpensshLogin extends MasterWords {
  readonly address: Address
  readonly user: string
}

/** Logs in. @throws OpsError, or DroppedEarly before the server has said anything. */
export async function connectOpenssh(login: OpensshLogin): Promise<Transport> {
  const { target, address } = login
  const directory = privateDirectory()
  const clock = new PausableTimer(login.timeoutMs)
  const { askSecret } = target
  if (askSecret) mkdirSync(directory, { mode: 0o700 })
  const questions =
    askSecret && (await serveQuestions(directory, question => clock.paused(() => askSecret(question))))
  const master = new OpensshMaster(directory, socketPath => masterArguments(login, socketPath), {
    ...childEnvironment(),
    ...questions?.environment,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      clock.start(() => {
        const missing = master.hasAnswered ? 'login' : 'answer'
        reject(unreachable(target.name, address, `no ${missing} within ${seconds(login.timeoutMs)} s`))
      })
      master.once('ready', resolve)
      master.once('gone', () => reject(opensshError(target.name, address, login.user, master.report)))
    })
  } catch (error) {
    await master.end()
    throw error
  } finally {
    clock.stop()
    questions?.stop()
  }
  const { acceptedKey } = master
  if (acceptedKey !== undefined && !isNamed(acceptedKey, target)) {
    await master.end()
    throw otherKeyError(login, acceptedKey)
  }
  return new OpensshConnection(master, login)
}

/** With `-i`, ssh still goes on to the keys of its config: a key that was named is the only one that may log in. */
function isNamed(acceptedKey: string, { identityFile }: ConnectTarget): boolean {
  if (identityFile === undefined) return true
  return [identityFile, `${identityFile}-cert`, `${identityFile}-cert.pub`].includes(acceptedKey)
}

function otherKeyError({ target, address, user }: OpensshLogin, acceptedKey: string): OpsError {
  return new OpsError({
    code: 'authentication',
    title: `${address.hostname} does not let ${user} in with the key ${target.identityFile}`,
    host: target.name,
    detail: `It takes ${acceptedKey} of the ssh config instead.`,
    changed: 'no',
    next: 'Leave --identity out, or put the public half of that key into authorized_keys on the host.',
  })
}
