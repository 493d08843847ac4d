/** The shell text that reads a log file on a host, in the shells that hosts have. */
import { execFileSync } from 'node:child_process'
import { renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readScript } from '../../src/logs/host-script.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()

test.each([
  ['dash', []],
  ['bash', []],
  ['busybox', ['sh']],
] as const)(
  'in %s a log that was renamed since the look, and has no successor yet, is found by its inode',
  (shell, words) => {
    const log = join(folder, `in ${shell}.log`)
    writeFileSync(log, 'one line\n')
    const { dev, ino } = statSync(log)
    renameSync(log, `${log}.1`)
    const read = execFileSync(shell, [...words, '-c', readScript(log, `${dev}:${ino}`)])
    expect(read.toString()).toBe('one line\n')
  },
)
