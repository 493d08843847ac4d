/** Does something between the plan of a job and its first chunk: the job waits for a token of the server, which is held here. */
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { cache, type Folder, type Outcome, program } from '../cli/run-ops.ts'
import type { Host } from '../hosts/host.ts'

/** Runs `ops db ARGV --yes --json`; `meanwhile` begins when the job has said that it waits. */
export async function runWhileItWaits(
  host: Host,
  folder: Folder,
  argv: readonly string[],
  meanwhile: () => Promise<unknown>,
): Promise<Outcome> {
  const ask = (statements: string): Promise<string> => host.read('mariadb -BN', { input: statements })
  const sleeper = host.exec(
    `mariadb -e "SELECT GET_LOCK('ops:job:1', 600), GET_LOCK('ops:job:2', 600); DO SLEEP(1200)"`,
  )
  const sleeping = "FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(1200)%'"
  while ((await ask(`SELECT COUNT(*) ${sleeping}`)).trim() !== '1') await pause(50)
  const words = ['db', ...argv, '--yes', '--json', '-F', host.sshConfig]
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? '', HOME: folder.path, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', text => {
      said[stream] += text
    })
  let code: number | undefined
  const ended = new Promise<void>(done =>
    child.once('close', status => {
      code = status ?? -1
      done()
    }),
  )
  while (code === undefined && !said.stdout.includes('2 other jobs of ops are at work on this server'))
    await pause(50)
  await meanwhile()
  await ask(`SELECT CONCAT('KILL ', ID) INTO @k ${sleeping}; EXECUTE IMMEDIATE @k`)
  await Promise.all([ended, sleeper])
  return { ...said, code: code ?? -1 }
}
