/** What ssh said of a host in an earlier run: true for as long as neither the program nor any file that it reads has changed. */
import type { SshQuestion } from './alike-hosts.ts'
import { SshConfigLines } from './ssh-config-lines.ts'
import { answerFile, keepAnswer, readAnswer } from './ssh-defaults.ts'

type Settings = ReadonlyMap<string, readonly string[]>

/**
 * As `ask` answers. Nothing is kept of a config of which only ssh can tell what applies to whom (`Match`, canonical names), nor where a
 * line has a variable of the environment or a token in it, nor of `user@host`, of which ssh takes the host alone; nor of files so young
 * that they may change without another time. `filesRead` is what ssh says that it has read.
 */
export async function keptSettings(
  question: Omit<SshQuestion<unknown>, 'asker'>,
  ask: () => Promise<Settings>,
  filesRead: () => Promise<readonly string[] | undefined>,
): Promise<Settings> {
  const { name, file, words } = question
  const lines = SshConfigLines.read(file)
  const own = name.includes('@') ? undefined : lines?.of(name)
  const kept = own?.every(isPlain) ? answerFile([...words, '--', name]) : undefined
  if (lines === undefined || kept === undefined) return ask()
  const known = readAnswer(kept, lines.stamp)
  if (known) return known
  const settings = await ask()
  if (lines.settled && (file !== undefined || (await isAllRead(lines, filesRead))) && lines.unchanged())
    keepAnswer(kept, settings, lines.stamp)
  return settings
}

/** By the program, its user, and the files as they are. */
const allRead = new Map<string, Promise<boolean>>()

/**
 * Whether this ssh reads the files that were read here: another one may have its file for the whole system at another place. What `-F`
 * names is all that any of them reads. Asked once for all hosts of a config.
 */
function isAllRead(
  lines: SshConfigLines,
  filesRead: () => Promise<readonly string[] | undefined>,
): Promise<boolean> {
  const key = answerFile(['files', lines.stamp]) ?? ''
  const known = allRead.get(key)
  if (known) return known
  const asked = filesRead().then(files => JSON.stringify(files) === JSON.stringify(lines.files))
  allRead.set(key, asked)
  return asked
}

/** No part of ops uses the path of somebody else's control master. */
const isPlain = ({ keyword, value }: { readonly keyword: string; readonly value: string }): boolean =>
  keyword === 'controlpath' || !/[%$]/.test(value)
