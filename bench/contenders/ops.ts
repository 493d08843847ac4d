/** ops itself: the built program, as a user would run it. */
import { join } from 'node:path'
import { type Contender, firstLineOf } from '../contender.ts'
import { root } from '../places.ts'

/** What runs ops. */
export const opsProgram: readonly string[] = [process.execPath, join(root, 'dist/cli.js')]

export const ops: Contender = {
  name: 'ops',
  about: '`ops apply --yes`, default settings',
  missing: () => undefined,
  version: () => `ops ${firstLineOf([...opsProgram, '--version'])}`,
  command: ({ name, sshConfig }) => ({
    argv: [...opsProgram, 'apply', 'bench', name, '--yes', '-F', sshConfig],
    cwd: join(root, 'bench'),
  }),
}
