/** C3, C4: what can stand where a file is to be. */
import type { OneStepCase } from './one-step.ts'

const path = '/srv/odd/target'
const real = '/srv/odd/real'
const text = 'wanted\n'
const fresh = 'rm -rf /srv/odd; mkdir -p /srv/odd; chmod 755 /srv/odd; cd /srv/odd'
const file = ['file', { path, content: text, mode: '0644' }] as const
const isText = (name: string): string => `[ "$(cat ${name})" = wanted ]`
const old = `printf 'old\\n' >${real}`
const isOld = `[ "$(cat ${real})" = old ]`

export const linksAsTargets: readonly OneStepCase[] = [
  ...[
    { id: 'an absolute link to a file', link: `ln -s ${real} target` },
    { id: 'a relative link', link: 'ln -s real target' },
    { id: 'a link to a link to a file', link: `ln -s ${real} between; ln -s between target` },
    { id: 'a link by way of the parent', link: 'ln -s ../odd/./real target' },
    {
      id: 'a file behind a linked directory',
      link: 'mkdir d; ln -s ../real d/target; ln -s d/target target',
    },
  ].map(({ id, link }) => ({
    id,
    before: `${fresh}; ${old}; ${link}`,
    steps: [file],
    exits: [0],
    holds: `[ -L ${path} ]; [ ! -L ${real} ]`,
    wanted: `[ -L ${path} ]; ${isText(real)}`,
  })),
  ...[
    { id: 'a link that leads nowhere', link: 'ln -s nothing target', says: /leads nowhere/ },
    { id: 'a link to itself', link: 'ln -s target target', says: /leads nowhere|cannot be followed/ },
    { id: 'two links to one another', link: 'ln -s target other; ln -s other target', says: /leads nowhere/ },
    { id: 'a link to /dev/null', link: 'ln -s /dev/null target', says: /device, pipe or socket/ },
    { id: 'a link to a directory', link: 'mkdir d; ln -s d target', says: /is a directory/ },
    { id: 'a link to a pipe', link: 'mkfifo p; ln -s p target', says: /device, pipe or socket/ },
    {
      id: 'a link that another user planted before a file of root',
      link: `${old}; ln -s ${real} target; chown -h guest target`,
      says: /symbolic link of another user/,
      keeps: `${isOld}; [ "$(stat -c %U ${real})" = root ]`,
    },
  ].map(({ id, link, says, keeps = 'true' }) => ({
    id,
    before: `${fresh}; ${link}`,
    steps: [file],
    exits: [1],
    says,
    holds: `[ -L ${path} ]; [ -c /dev/null ]; ${keeps}`,
    mend: `rm ${path}`,
    wanted: `[ ! -L ${path} ]; ${isText(path)}`,
  })),
  {
    id: 'a link to a file on another file system',
    before: `${fresh}; mkdir /srv/odd/m; mount -t tmpfs tmpfs /srv/odd/m; echo old >m/real; ln -s m/real target`,
    steps: [file],
    exits: [0],
    wanted: `[ -L ${path} ]; ${isText('/srv/odd/m/real')}`,
    after: 'umount /srv/odd/m',
  },
  {
    id: 'an option behind a link',
    before: `${fresh}; printf '# mine\\na = 1\\n' >real; ln -s real target`,
    steps: [['option', { path, key: 'a', value: '2' }]],
    exits: [0],
    wanted: `[ -L ${path} ]; [ "$(cat ${real})" = '# mine\na = 2' ]`,
  },
  {
    id: 'a line behind a link that leads nowhere',
    before: `${fresh}; ln -s nothing target`,
    steps: [['line', { path, line: 'one' }]],
    exits: [1],
    holds: `[ -L ${path} ]; [ ! -e /srv/odd/nothing ]`,
    mend: `rm ${path}`,
    wanted: `[ "$(cat ${path})" = one ]`,
  },
  {
    id: 'a link is removed, and not what it leads to',
    before: `${fresh}; ${old}; ln -s ${real} target`,
    steps: [['file', { path, state: 'absent' }]],
    exits: [0],
    holds: isOld,
    wanted: `[ ! -L ${path} ]; ${isOld}`,
  },
]

export const oddTargets: readonly OneStepCase[] = [
  {
    id: 'a bind mount',
    before: `${fresh}; ${old}; : >target; mount --bind ${real} target`,
    steps: [file],
    exits: [1],
    says: /mount point of its own/,
    watch: [path],
    holds: isOld,
    mend: `umount ${path}`,
    wanted: isText(path),
    after: `umount ${path} 2>/dev/null`,
  },
  {
    id: 'a bind mount that may be written in place',
    before: `${fresh}; ${old}; : >target; mount --bind ${real} target`,
    steps: [['file', { path, content: text, inPlace: true }]],
    exits: [0],
    wanted: `${isText(path)}; ${isText(real)}`,
    after: `umount ${path}`,
  },
  ...[
    { id: 'a directory', make: 'mkdir target; echo mine >target/mine', says: /is a directory/ },
    { id: 'a mounted directory', make: 'mkdir target; mount -t tmpfs tmpfs target', says: /is a directory/ },
    { id: 'a pipe', make: 'mkfifo target', says: /device, pipe or socket/ },
    { id: 'a device', make: 'mknod target c 1 3', says: /device, pipe or socket/ },
    {
      id: 'a socket',
      make: `systemd-socket-activate -l ${path} /bin/true & until [ -S ${path} ]; do sleep 0.05; done; kill $!`,
      says: /device, pipe or socket/,
    },
  ].map(({ id, make, says }) => ({
    id,
    before: `${fresh}; ${make}`,
    steps: [file],
    exits: [1],
    says,
    watch: [path],
    mend: `! mountpoint -q ${path} || umount ${path}; rm -rf ${path}`,
    wanted: isText(path),
    after: `! mountpoint -q ${path} || umount ${path}`,
  })),
  {
    id: 'a directory where a link is to be',
    before: `${fresh}; mkdir target; echo mine >target/mine`,
    steps: [['link', { path, to: 'elsewhere' }]],
    exits: [1],
    holds: `[ "$(cat ${path}/mine)" = mine ]`,
    mend: `rm -r ${path}`,
    wanted: `[ "$(readlink ${path})" = elsewhere ]`,
  },
  {
    id: 'a file where a link is to be',
    before: `${fresh}; echo mine >target`,
    steps: [['link', { path, to: 'elsewhere' }]],
    exits: [1],
    holds: `[ "$(cat ${path})" = mine ]`,
    mend: `rm ${path}`,
    wanted: `[ "$(readlink ${path})" = elsewhere ]`,
  },
  {
    id: 'a file where a directory is to be',
    before: `${fresh}; echo mine >target`,
    steps: [['directory', { path }]],
    exits: [1],
    holds: `[ "$(cat ${path})" = mine ]`,
    mend: `rm ${path}`,
    wanted: `[ -d ${path} ]`,
  },
  {
    id: 'a directory that is to go and is not empty',
    before: `${fresh}; mkdir target; echo mine >target/mine`,
    steps: [['directory', { path, state: 'absent' }]],
    exits: [1],
    holds: `[ "$(cat ${path}/mine)" = mine ]`,
    mend: `rm ${path}/mine`,
    wanted: `[ ! -e ${path} ]`,
  },
  {
    id: 'a directory that is to go with all that is in it, a mount among it',
    before: `${fresh}; mkdir -p target/m; mount -t tmpfs tmpfs target/m; echo mine >target/m/mine`,
    steps: [['directory', { path, state: 'absent', recursive: true }]],
    exits: [1],
    holds: `[ "$(cat ${path}/m/mine)" = mine ]`,
    mend: `umount ${path}/m`,
    wanted: `[ ! -e ${path} ]`,
    after: `umount ${path}/m 2>/dev/null`,
  },
  {
    id: 'a file with two names: the other one keeps what it had',
    before: `${fresh}; ${old}; ln real target`,
    steps: [file],
    exits: [0],
    holds: isOld,
    wanted: `${isText(path)}; ${isOld}`,
  },
  {
    id: 'a file with two names that may be written in place: both have it',
    before: `${fresh}; ${old}; ln real target`,
    steps: [['file', { path, content: text, inPlace: true }]],
    exits: [0],
    wanted: `${isText(path)}; ${isText(real)}; [ ${path} -ef ${real} ]`,
  },
  {
    id: 'a program that is running',
    before: `${fresh}; cp /bin/sleep target; ./target 1000 </dev/null >/dev/null 2>&1 &`,
    steps: [file],
    exits: [0],
    wanted: isText(path),
    after: `for each in /proc/[0-9]*; do case $(readlink $each/exe) in ${path}*) kill \${each#/proc/};; esac; done`,
  },
]
