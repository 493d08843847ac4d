/** What the sub-verbs of `ops job` that log in have in common. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { verbCommand } from '../argv.ts'
import { addConnectionFlags, type CommonSettings } from '../flags.ts'

export function jobCommand(name: string, usage: string, description: string): Command {
  const command = addConnectionFlags(verbCommand(`job ${name}`, usage, description))
  for (const option of command.options) {
    if (['--become-user', '--no-become', '--ask-become-pass', '--limit'].includes(option.long ?? ''))
      option.hidden = true
  }
  return command
}

/** The folder changes before a job is run. */
export function absolute(settings: CommonSettings): CommonSettings {
  const { sshConfigFile, inventoryFile, identityFile } = settings
  return {
    ...settings,
    ...(sshConfigFile !== undefined && sshConfigFile !== 'none' && { sshConfigFile: resolve(sshConfigFile) }),
    ...(inventoryFile !== undefined && { inventoryFile: resolve(inventoryFile) }),
    ...(identityFile !== undefined && { identityFile: resolve(identityFile) }),
  }
}
