/** Installs what the bench compares with, and says so: nothing of it is needed by ops. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { peersFolder } from './places.ts'

const debianPackages = ['time', 'ansible', 'ansible-mitogen']
const misePackage = '@jdxcode/mise-linux-x64'

/** Brings the peers to this machine: Debian packages for good, mise into a folder of the clone. */
export function setUp(): void {
  step(`apt-get install ${debianPackages.join(' ')} on this machine`, 'apt-get', [
    ...['install', '-y', '-q', '--no-install-recommends', ...debianPackages],
  ])
  mkdirSync(peersFolder, { recursive: true })
  step(`npm install ${misePackage} into ${peersFolder}`, 'npm', [
    ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', peersFolder, misePackage],
  ])
}

function step(title: string, command: string, args: readonly string[]): void {
  process.stdout.write(`${title} ...\n`)
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${title} failed:\n${`${stdout}${stderr}`.slice(-2000)}`)
}
