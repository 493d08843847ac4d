/** Which files came to be on a host since a moment, without what programs keep for themselves whatever a step asks of them. */
import type { Host } from '../../hosts/host.ts'

/** /proc, /sys, /dev and /tmp are left out: they are the kernel's, or everybody's. */
const places = ['boot', 'etc', 'home', 'opt', 'root', 'run', 'srv', 'usr', 'var'].map(name => `/${name}`)

const ofPrograms: Readonly<Record<string, RegExp>> = {
  'ops itself': /^\/(?:run|var\/lib)\/ops\/|\/\.ops[.]/,
  systemd: /^\/run\/systemd\/|^\/var\/lib\/systemd\/timers\//,
  'logs of whoever writes some': /^\/var\/log\//,
  'a login': /^\/run\/motd\.dynamic$/,
  'apt and dpkg':
    /^\/var\/cache\/apt\/|^\/var\/lib\/apt\/(?:lists|extended_states)|^\/var\/lib\/dpkg\/(?:status|lock|info\/|triggers\/|diversions-old)/,
  debconf: /^\/var\/cache\/debconf\/.*-old$/,
  'the database server': /^\/(?:run\/mysqld|var\/lib\/mysql)\//,
}

/** Paths of what is no directory and has changed after the file `since`; those of `tree`, the package that a case installs, are apt's. */
export async function filesWritten(host: Host, since: string): Promise<readonly string[]> {
  const found = await host.read(`cat /var/lib/dpkg/info/tree.list >/run/of-tree 2>/dev/null
    find ${places.join(' ')} -xdev ! -type d -cnewer ${since} ! -path /run/of-tree | grep -vxFf /run/of-tree || :`)
  return found
    .split('\n')
    .filter(path => path !== '' && !Object.values(ofPrograms).some(pattern => pattern.test(path)))
}
