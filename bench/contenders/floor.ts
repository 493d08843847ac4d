/** The floor: what a person would write by hand for exactly this job, one ssh and one script on its stdin. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Contender, firstLineOf, type Reached } from '../contender.ts'
import { directories, files, iniFile, options, packages, units } from '../workload.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const words = (list: readonly string[]): string => list.map(quoted).join(' ')

/** Prints the state of all 50 with one program for each kind. */
const probe = `
dpkg-query -W -f '\${Package} \${Status}\\n' ${words(packages)}
stat -c '%F %a %U %G %n' ${words(directories)} 2>/dev/null
sha256sum ${words(files.map(({ path }) => path))} 2>/dev/null
grep -n '^key' ${iniFile} 2>/dev/null
systemctl show -p Id,ActiveState,UnitFileState ${words(units)}
`

/** Does the 40 changes without looking first. */
const change = `
set -e
mkdir -p ${words(directories)}
chmod 0755 ${words(directories)}
${files.map(({ path, content }) => `printf %s ${quoted(content)} >${quoted(path)}`).join('\n')}
printf %s ${quoted(`[bench]\n${options.map(({ key, value }) => `${key} = ${value}\n`).join('')}`)} >${iniFile}
`

export const floor: Contender = {
  name: 'hand-written ssh',
  about: 'one `ssh HOST sh` with a script for exactly this job on stdin; writes blindly, proves nothing',
  missing: () => undefined,
  version: () => firstLineOf(['ssh', '-V']),
  command: host => throughSsh(host, 'change.sh', change + probe),
  lookCommand: host => throughSsh(host, 'probe.sh', probe),
}

function throughSsh({ name, sshConfig, folder }: Reached, file: string, script: string): Command {
  writeFileSync(join(folder, file), script)
  return { argv: ['sh', '-c', `exec ssh -F "$1" "$2" sh <"$3"`, 'sh', sshConfig, name, file], cwd: folder }
}
