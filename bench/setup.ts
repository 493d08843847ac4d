/** Installs what the bench compares with, and says so: nothing of it is needed by ops. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ansibleFolder, peersFolder, pyinfraFolder } from './places.ts'

const debianPackages = ['time', 'python3-venv']
const misePackage = '@jdxcode/mise-linux-x64'

/** Brings the newest peers that this machine's Python takes, each into a folder of the clone. */
export function setUp(): void {
  step(`apt-get install ${debianPackages.join(' ')} on this machine`, 'apt-get', [
    ...['install', '-y', '-q', '--no-install-recommends', ...debianPackages],
  ])
  mkdirSync(peersFolder, { recursive: true })
  step(`npm install ${misePackage}`, 'npm', [
    ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', peersFolder, misePackage],
  ])
  pythonPackages(ansibleFolder, ['ansible', 'mitogen'])
  pythonPackages(pyinfraFolder, ['pyinfra'])
}

function pythonPackages(folder: string, packages: readonly string[]): void {
  step(`python3 -m venv ${folder}`, 'python3', ['-m', 'venv', folder])
  step(`pip install ${packages.join(' ')}`, join(folder, 'bin/pip'), [
    'install',
    '-q',
    '--upgrade',
    ...packages,
  ])
}

function step(title: string, command: string, args: readonly string[]): void {
  process.stdout.write(`${title} ...\n`)
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${title} failed:\n${`${stdout}${stderr}`.slice(-2000)}`)
}
