/** What a suite needs of this machine: where it is not there, its tests are skipped, and the run says for want of what. */
import { accessSync, appendFileSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'

/** Programs that some tests need, and the Debian package that brings each. */
const packages: Readonly<Record<string, string>> = {
  busybox: 'busybox-static',
  fish: 'fish',
  zsh: 'zsh',
  setfacl: 'acl',
  setfattr: 'attr',
  strace: 'strace',
  tmux: 'tmux',
  curl: 'curl',
  wget: 'wget',
  git: 'git',
  proxychains4: 'proxychains4',
  chromium: 'chromium',
  python3: 'python3',
  sshd: 'openssh-server',
  ip: 'iproute2',
  'mkfs.ext4': 'e2fsprogs',
  shellcheck: 'shellcheck',
}

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']

/** Whether that program is on this machine. */
export function hasProgram(name: string): boolean {
  return folders.some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What is missing of these programs, as one reason, which the run tells at its end; undefined where all are there. */
export function lacking(...programs: readonly string[]): string | undefined {
  const missing = programs.filter(name => !hasProgram(name))
  if (missing.length === 0) return undefined
  return skippedFor(missing.map(name => `${name} (package ${packages[name] ?? name})`).join(', '))
}

/** Notes why tests are skipped, once for each reason, for the end of the run; answers with the reason. */
export function skippedFor(reason: string): string {
  const file = process.env.OPS_TEST_REASONS
  if (file !== undefined && !readText(file).split('\n').includes(reason)) appendFileSync(file, `${reason}\n`)
  return reason
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A suite that needs these programs: where one is missing, its tests are counted as skipped. */
export const describeWith = (...programs: readonly string[]) =>
  describe.skipIf(lacking(...programs) !== undefined)

/** The same for one test. */
export const testWith = (...programs: readonly string[]) => test.skipIf(lacking(...programs) !== undefined)
