/** Where the files of packages go instead: Debian's dpkg-divert(1). */
import {
  entryPath,
  neededProgram,
  neededUnlessAbsent,
  plainShell,
  presence,
  printed,
  resource,
  sh,
  z,
} from './written-with.ts'

/** `divert {path, to, state}`. */
export const divert = resource({
  type: 'divert',
  doc: 'A local diversion of dpkg: what packages bring as one path goes to another one, which leaves the first to you.',
  undone: 'The diversion goes, or leads again where it led.',
  params: z
    .strictObject({
      path: entryPath.describe('The path as packages have it; a file that is there is moved away.'),
      to: entryPath.optional().describe('Where it goes, and is moved to. Needed unless `absent`.'),
      state: presence('`absent`: packages have their path back, and the file is moved there again.'),
    })
    .refine(...neededUnlessAbsent('to'))
    .refine(({ path, to }) => path !== to, '`to` must be another path than `path`'),
  examples: [
    { title: 'Room for a program of your own', params: { path: '/usr/bin/foo', to: '/usr/bin/foo.distrib' } },
    { title: 'That of the package again', params: { path: '/etc/foo.conf', state: 'absent' } },
  ],
  identity: ({ path }) => path,
  library: plainShell,
  probe: ({ path, to }) => sh`
    ops_tell_program program dpkg-divert && ops_tell_link stands ${path} && ops_tell_link taken ${to ?? path} || return
    command -v dpkg-divert >/dev/null || return 0
    set -- ${path}
    ops_divert_by=$(dpkg-divert --listpackage "$1") && ops_divert_to=$(dpkg-divert --truename "$1") || return
    printf '%s\\n' "by=\${ops_divert_by:-none}" "to=$ops_divert_to" && ops_tell_link kept "$ops_divert_to" || return
    ! ops_wants_detail || ops_detail 0 "$ops_divert_to"`,
  parse: printed('program', 'by?', 'to?', 'stands', 'kept?', 'taken'),
  desired: ({ state, to }) => ({ program: 'yes', by: state === 'absent' ? 'none' : 'LOCAL', to }),
  needs: ({ program }) => (program === 'none' ? neededProgram('dpkg-divert', 'dpkg') : undefined),
  impossible: ({ by, to: now, stands, kept, taken }, { path, to = path }) => {
    if (by !== 'none' && by !== 'LOCAL') return `${path} is diverted by the package ${by}, whose it stays`
    const files = { [path]: stands, [String(now)]: kept, [to]: taken }
    const there = Object.keys(files).filter(each => files[each] !== 'none')
    return there.length > 1
      ? `${there.join(' and ')} are both there, and dpkg-divert would not write one over the other: move one away`
      : undefined
  },
  apply: ({ actual: { by } }, { path, to }) => [
    ...(by === 'LOCAL' ? [sh`dpkg-divert --local --rename --remove ${path}`] : []),
    ...(to === undefined ? [] : [sh`dpkg-divert --local --rename --divert ${to} --add ${path}`]),
  ],
  wayBack: ({ actual: { by, to } }, { path }) => ({
    params: by === 'LOCAL' ? { path, to: String(to) } : { path, state: 'absent' },
  }),
  owns: ({ path }) => [`path:/var/lib/dpkg/diversions#${path}`],
  affects: ({ path, to }, detail) =>
    [path, to ?? path, detail || path, `/var/lib/dpkg/diversions#${path}`].map(
      each => `path:${each}` as const,
    ),
  changesBy: path => (path === '/var/lib/dpkg/diversions' ? 'new file' : 'name'),
  reads: ({ path, to = path }) => ['pkg:*', `path:${path}`, `path:${to}`],
})
