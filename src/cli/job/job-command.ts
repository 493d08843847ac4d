/** What the sub-verbs of `ops job` that log in have in common. */
import type { Command } from 'commander'
import { verbCommand } from '../argv.ts'
import { addConnectionFlags } from '../flags.ts'

export function jobCommand(name: string, usage: string, description: string): Command {
  const command = addConnectionFlags(verbCommand(`job ${name}`, usage, description))
  for (const option of command.options) {
    if (['--become-user', '--no-become', '--ask-become-pass', '--limit'].includes(option.long ?? ''))
      option.hidden = true
  }
  return command
}
