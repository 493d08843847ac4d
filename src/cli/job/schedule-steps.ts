/** What makes a job run on a host by itself, as steps of a recipe; and the steps that take it away. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Secret } from '../../base/secret.ts'
import type { Step } from '../../engine/step.ts'
import { command } from '../../resources/command.ts'
import { directory } from '../../resources/directory.ts'
import { file } from '../../resources/file.ts'
import { service } from '../../resources/service.ts'
import { folderOf, projectOf, units } from './host-places.ts'
import type { ProjectFile } from './host-project.ts'
import type { HostLook } from './look-at-host.ts'
import type { PackedOps } from './packed-ops.ts'

export interface Scheduled {
  readonly name: string
  readonly packed: PackedOps
  readonly files: readonly ProjectFile[]
  /** The node of the host. */
  readonly node: string
  /** Undefined: the host has no systemd. */
  readonly calendar: string | undefined
  readonly onFailure: string | undefined
  readonly notes: readonly string[]
}

/** The words that run the job on the host, in its project. */
export function commandOf({ name, packed, node, onFailure }: Scheduled): string {
  const hook = onFailure === undefined ? '' : " --on-failure 'sh ./on-failure'"
  return `${node} ${folderOf(packed)}/dist/cli.js job run ${name} --yes${hook}`
}

export function scheduleSteps(scheduled: Scheduled): readonly Step[] {
  const { name, packed, files, node, calendar, onFailure, notes } = scheduled
  const project = projectOf(name)
  const home = folderOf(packed)
  const archive = `${home}.tgz`
  const whole = `cd ${home} 2>/dev/null && sha256sum -c --status SUMS`
  const all: readonly ProjectFile[] = [
    ...files,
    ...(onFailure === undefined ? [] : [{ path: 'on-failure', content: `${onFailure}\n` }]),
  ]
  const planned = createHash('sha256')
    .update(JSON.stringify([packed.name, node, all.map(textOf)]))
    .digest('hex')
  const put = ({ path, content }: ProjectFile): Step =>
    file({ path: join(project, path), content, mode: '0600', owner: 'root' })
  return [
    directory({ path: '/opt/ops', mode: '0755', owner: 'root' }),
    file({ path: archive, source: packed.file, mode: '0644', owner: 'root' }),
    command({
      run: `rm -rf ${home} ${home}.new && mkdir ${home}.new && tar -xzf ${archive} -C ${home}.new --no-same-owner && mv ${home}.new ${home} && ${whole}`,
      unless: whole,
    }),
    directory({ path: project, mode: '0700', owner: 'root' }, { notes }),
    ...foldersOf(all.map(each => each.path)).map(path =>
      directory({ path: join(project, path), mode: '0700', owner: 'root' }),
    ),
    // Before the files: whatever lies there stands in a list, from which --undo knows it.
    file({
      path: join(project, '.files'),
      content: all.map(({ path }) => `${path}\n`).join(''),
      mode: '0600',
      owner: 'root',
    }),
    ...all.filter(each => !isSecret(each)).map(put),
    // What an earlier schedule brought and this one does not may be a password.
    command({
      run: `cd ${project} && touch .brought && ${formerFiles} | while IFS= read -r f; do rm -f -- "$f"; done && cp .files .brought`,
      unless: `cmp -s ${project}/.files ${project}/.brought`,
    }),
    // As late as can be: a run that fails before has brought none.
    ...all.filter(isSecret).map(put),
    // Whether the host reaches what the job needs shows now, and not at night.
    command({
      run: `cd ${project} && ${node} ${home}/dist/cli.js job plan ${name} && printf %s ${planned} >.planned`,
      unless: `[ "$(cat ${project}/.planned 2>/dev/null)" = ${planned} ]`,
    }),
    ...(calendar === undefined
      ? []
      : [
          file({ path: `${units}/ops-job-${name}.service`, content: serviceUnit(scheduled), mode: '0644' }),
          file({ path: `${units}/ops-job-${name}.timer`, content: timerUnit(name, calendar), mode: '0644' }),
          command({
            run: 'systemctl daemon-reload',
            unless: `[ "$(systemctl show -p NeedDaemonReload --value ops-job-${name}.service)" != yes ]`,
          }),
          service({
            unit: `ops-job-${name}.timer`,
            running: true,
            enabled: true,
            follows: [`${units}/ops-job-${name}.timer`],
          }),
        ]),
  ]
}

/** Prints those of `.brought` that are not in `.files`. */
const formerFiles = `{ grep -vxF -f .files .brought || [ $? = 1 ]; }`

/**
 * Keeps what the ops there tells of the runs, without which nobody finds them by the name of the job, and takes its ops.ini
 * away: a look sees by that whether it is done. One that cannot tell them keeps what an earlier one told.
 */
function keepHistory(name: string, node: string): Step {
  const project = projectOf(name)
  const told = `timeout 120 ${node} "$(ls -t /opt/ops/*/dist/cli.js | head -n 1)" job history ${name} --json --last 1000 </dev/null | grep '^{"event":"job-run",'`
  return command({
    run: `cd ${project} && umask 077 && { { ${told}; } >>.history || true; } && { [ -s .history ] || rm -f .history; } && rm ops.ini`,
    unless: `[ ! -e ${project}/ops.ini ]`,
  })
}

/**
 * `files`: those that schedules brought, by the lists on the host. Rows that the job saved in a folder of its project stay: they
 * are data. `node` tells of its runs; undefined: there is none that could.
 */
export function unscheduleSteps(
  name: string,
  files: readonly string[],
  { hasSystemd, node }: Pick<HostLook, 'hasSystemd' | 'node'>,
): readonly Step[] {
  const project = projectOf(name)
  const timer = `ops-job-${name}.timer`
  const gone = (path: string): Step => file({ path, state: 'absent' })
  // A line of a crontab names its ops where no unit does.
  const others = hasSystemd ? '' : 'ls /var/lib/ops/jobs/*/ops.ini >/dev/null 2>&1 && exit 0; '
  const unused = `{ ${others}for d in /opt/ops/*; do [ -e "$d" ] || continue; b=\${d##*/}; grep -qF "/opt/ops/\${b%.tgz}/" ${units}/ops-job-*.service 2>/dev/null || printf '%s\\n' "$d"; done; }`
  return [
    ...(hasSystemd
      ? [
          service({ unit: timer, running: false, enabled: false }),
          gone(`${units}/${timer}`),
          gone(`${units}/ops-job-${name}.service`),
          command({
            run: 'systemctl daemon-reload',
            unless: `[ "$(systemctl show -p LoadState --value ${timer})" = not-found ]`,
          }),
        ]
      : []),
    ...(node === undefined ? [] : [keepHistory(name, node)]),
    command({
      run: `cd ${project} && while IFS= read -r f; do rm -f -- "$f"; done <.brought && rm -f .brought`,
      unless: `[ ! -e ${project}/.brought ]`,
    }),
    ...[...new Set([...files, 'ops.ini', 'on-failure', '.planned', '.files'])].map(path =>
      gone(join(project, path)),
    ),
    ...foldersOf(files)
      .reverse()
      .map(path => directory({ path: join(project, path), state: 'absent' })),
    command({
      run: `${unused} | while IFS= read -r d; do rm -rf -- "$d"; done`,
      unless: `[ -z "$(${unused})" ]`,
    }),
    command({
      run: `rmdir ${project}`,
      unless: `[ ! -d ${project} ] || [ -n "$(ls -A ${project})" ]`,
    }),
  ]
}

/** Folders inside the project, those above first. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1)
    for (const [index] of parts.entries()) folders.add(parts.slice(0, index + 1).join('/'))
  }
  return [...folders].sort()
}

export function isSecret({ content }: ProjectFile): boolean {
  return content instanceof Secret
}

function textOf({ path, content }: ProjectFile): string {
  return `${path}\0${content instanceof Secret ? content.reveal() : content}`
}

function serviceUnit(scheduled: Scheduled): string {
  const { name } = scheduled
  return `# Written by ops job schedule.
[Unit]
Description=ops job ${name}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=root
WorkingDirectory=${projectOf(name)}
ExecStart=${commandOf(scheduled)}
TimeoutStopSec=300
`
}

/** A run that was missed while the host was down is made up for. */
function timerUnit(name: string, calendar: string): string {
  return `# Written by ops job schedule.
[Unit]
Description=ops job ${name}

[Timer]
OnCalendar=${calendar}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
`
}
