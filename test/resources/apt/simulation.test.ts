import { expect, test } from 'vitest'
import { anyOverlap } from '../../../src/engine/claims.ts'
import { readSimulation, simulationClaims, simulationNotes } from '../../../src/resources/apt/simulation.ts'

/** Debian 12, apt 2.6.1: `apt-get -q --print-uris install nginx`, without its URIs. */
const install = `Reading package lists...
Building dependency tree...
Reading state information...
The following additional packages will be installed:
  nginx-common
Suggested packages:
  fcgiwrap nginx-doc ssl-cert
The following NEW packages will be installed:
  nginx nginx-common
0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.
Need to get 648 kB of archives.
After this operation, 1709 kB of additional disk space will be used.
`

/** `apt-get -q --print-uris remove nginx`. */
const remove = `Reading package lists...
The following package was automatically installed and is no longer required:
  nginx-common
Use 'apt autoremove' to remove it.
The following packages will be REMOVED:
  nginx
0 upgraded, 0 newly installed, 1 to remove and 0 not upgraded.
After this operation, 1368 kB disk space will be freed.
`

/** `apt-get -q --print-uris install postfix` where exim4 was installed. */
const replace = `Reading package lists...
Building dependency tree...
Reading state information...
The following packages were automatically installed and are no longer required:
  libevent-2.1-7 libgnutls-dane0 libidn12 libunbound8
Use 'apt autoremove' to remove them.
The following additional packages will be installed:
  cpio ssl-cert
Suggested packages:
  libarchive-dev procmail postfix-mysql postfix-pgsql postfix-ldap
  postfix-pcre postfix-lmdb postfix-sqlite sasl2-bin | dovecot-common
  resolvconf postfix-cdb mail-reader postfix-mta-sts-resolver ufw postfix-doc
The following packages will be REMOVED:
  exim4-base exim4-config exim4-daemon-light
The following NEW packages will be installed:
  cpio postfix ssl-cert
0 upgraded, 3 newly installed, 3 to remove and 0 not upgraded.
Need to get 1776 kB of archives.
After this operation, 1163 kB of additional disk space will be used.
`

/** `apt-get -q --print-uris install --allow-downgrades libssl3=3.0.17-1~deb12u2`. */
const downgrade = `The following packages were automatically installed and are no longer required:
  runit-helper ucf
Use 'apt autoremove' to remove them.
The following packages will be REMOVED:
  openssh-client openssh-server openssh-sftp-server
The following packages will be DOWNGRADED:
  libssl3
0 upgraded, 0 newly installed, 1 downgraded, 3 to remove and 0 not upgraded.
Need to get 2027 kB of archives.
After this operation, 8160 kB disk space will be freed.
`

/** `apt-get -q --print-uris purge exim4-base`. */
const purge = `The following packages will be REMOVED:
  exim4-base* exim4-daemon-light*
0 upgraded, 0 newly installed, 2 to remove and 0 not upgraded.
After this operation, 3242 kB disk space will be freed.
`

/** With a package that was unpacked but not configured. */
const broken = `Reading package lists...
You might want to run 'apt --fix-broken install' to correct these.
The following packages have unmet dependencies:
 git : Depends: libcurl3-gnutls (>= 7.56.1) but it is not going to be installed
E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).
`

test.each([
  ['an installation', install, ['brings 2 packages (648 kB to fetch, 1709 kB on disk): nginx nginx-common']],
  [
    'what goes first, loudly',
    replace,
    [
      'REMOVES exim4-base exim4-config exim4-daemon-light — refused unless `removes: true`',
      'brings 3 packages (1776 kB to fetch, 1163 kB on disk): cpio postfix ssl-cert',
    ],
  ],
  [
    'older versions',
    downgrade,
    [
      'REMOVES openssh-client openssh-server openssh-sftp-server — refused unless `removes: true`',
      'DOWNGRADES libssl3',
    ],
  ],
  [
    'lists that say nothing yet',
    'lists: empty\n',
    ['the package lists are empty: they are refreshed first, and only then is it known what comes'],
  ],
  [
    'what apt complains of',
    broken,
    [
      "apt-get says: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).",
    ],
  ],
  ['nothing', '', []],
])('notes tell %s', (_what, text, notes) => {
  expect(simulationNotes(readSimulation(text), 'present', false)).toEqual(notes)
})

test('removing what was asked for is not called refused', () => {
  expect(simulationNotes(readSimulation(remove), 'absent', false)).toEqual(['REMOVES nginx'])
  expect(simulationNotes(readSimulation(purge), 'absent', false)).toEqual([
    'REMOVES exim4-base exim4-daemon-light',
  ])
})

test('long lists are cut', () => {
  const names = Array.from({ length: 30 }, (_, index) => `package${index}`)
  const [note] = simulationNotes({ ...readSimulation(''), installs: names }, 'present', false)
  expect(note).toContain('brings 30 packages: package0 ')
  expect(note).toMatch(/package11 and 18 more$/)
})

test('claims name the packages that apt would move, and all packages where apt does not know', () => {
  const known = simulationClaims(readSimulation(install))
  expect(anyOverlap(known, ['pkg:nginx-common'])).toBe(true)
  expect(anyOverlap(known, ['pkg:git'])).toBe(false)
  for (const text of ['lists: empty\n', broken, '']) {
    expect(anyOverlap(simulationClaims(readSimulation(text)), ['pkg:git']), text).toBe(true)
  }
})

test.each([
  'unit:ssh',
  'user:www-data',
  'group:adm',
  'port:80',
  'path:/etc/nginx/nginx.conf',
  'path:/usr/bin/git',
] as const)('whatever comes, %s may move', claim => {
  expect(anyOverlap(simulationClaims(readSimulation(install)), [claim])).toBe(true)
})

test('homes are not for packages to touch', () => {
  expect(anyOverlap(simulationClaims(readSimulation(install)), ['path:/home/deploy/.profile'])).toBe(false)
})
