/** `ops socks exec HOST -- CMD`: one command whose connections come out of a host, through a tunnel of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { proxychainsConfig, proxyVariables, withoutProxy } from '../../tunnel/environment.ts'
import { exitCodes } from '../exit-code.ts'
import { type OpenOptions, openFor } from './open.ts'

export interface ExecOptions extends Omit<OpenOptions, 'onState'> {
  readonly words: readonly string[]
  /** Runs the command under proxychains4: for programs that know no proxy. */
  readonly proxychains: boolean
}

/** Answers with the command's own exit code; 128 and the number of the signal that ended it. */
export async function execThrough({ words, proxychains, ...options }: ExecOptions): Promise<number> {
  const { view } = options
  const tunnel = await openFor({
    ...options,
    onState: state => state.state === 'waiting' && view.state(state),
  })
  const stop = (): void => void tunnel.close()
  process.on('SIGINT', stop)
  await tunnel.up
  process.off('SIGINT', stop)
  if (tunnel.figures().link.state !== 'up') {
    const error = await tunnel.ended
    if (error) view.refuse([error])
    return error ? exitCodes[error.code] : exitCodes.interrupted
  }
  void tunnel.ended.then(error => error && view.refuse([error]))
  const folder = proxychains ? mkdtempSync(join(tmpdir(), 'ops-socks-')) : undefined
  try {
    const prefix: string[] = []
    if (folder !== undefined) {
      const file = join(folder, 'proxychains.conf')
      writeFileSync(file, proxychainsConfig(tunnel.proxy, options.socks.directs), { mode: 0o600 })
      prefix.push('proxychains4', '-q', '-f', file)
    }
    const environment = proxychains
      ? withoutProxy(process.env)
      : { ...process.env, ...proxyVariables(tunnel.proxy, options.socks.directs) }
    return await runCommand([...prefix, ...words], environment)
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    await tunnel.close()
    view.close()
  }
}

function runCommand(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...rest] = words
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: 'inherit', env: environment })
    // From the terminal both get SIGINT, and the command decides what comes of it; the others come to us alone.
    const onInterrupt = (): void => undefined
    const passOn = (signal: NodeJS.Signals): void => void child.kill(signal)
    process.on('SIGINT', onInterrupt)
    process.on('SIGTERM', passOn)
    process.on('SIGHUP', passOn)
    const end = (): void => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', passOn)
      process.off('SIGHUP', passOn)
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      end()
      const isMissing = error.code === 'ENOENT'
      reject(
        inputError(
          isMissing ? `there is no program ${program}` : `${program} cannot be run: ${error.message}`,
          {
            ...(program === 'proxychains4' && { next: 'Install it: apt-get install proxychains4' }),
          },
        ),
      )
    })
    child.once('exit', (code, signal) => {
      end()
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}
