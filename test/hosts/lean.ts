/**
 * What hosts of the tests are without, as it costs more than what is tested: 70 of the 120 ms of a processor that a login takes are
 * a key exchange that is safe from quantum computers, 9 are another start of sshd, 7 are the message of the day. Each start and
 * reload of systemd runs its generators, and what fences its own services in takes 60 ms of each boot. Labs and hosts of other
 * releases (`startHost`) are as Debian makes them.
 */

/** Generators that find nothing in a container; those for fstab, for scripts in /etc/init.d and for logins on a console stay. */
const generators = [
  ...['bless-boot', 'cryptsetup', 'debug', 'gpt-auto', 'hibernate-resume', 'integritysetup'],
  ...['rc-local', 'run', 'system-update', 'veritysetup'],
]

const unfenced = `[Service]
LockPersonality=no
MemoryDenyWriteExecute=no
NoNewPrivileges=no
PrivateTmp=no
ProtectClock=no
ProtectControlGroups=no
ProtectHome=no
ProtectHostname=no
ProtectKernelLogs=no
ProtectKernelModules=no
ProtectProc=default
ProtectSystem=no
RestrictAddressFamilies=
RestrictNamespaces=no
RestrictRealtime=no
RestrictSUIDSGID=no
SystemCallArchitectures=
SystemCallFilter=
`

/** Files to add. An empty generator hides the one of that name (systemd.generator(7)). */
export const leanFiles: Readonly<Record<string, string>> = {
  '/etc/default/ssh': 'SSHD_OPTS="-r -o KexAlgorithms=curve25519-sha256"\n',
  ...Object.fromEntries(
    ['journald', 'logind', 'networkd'].map(name => [
      `/usr/local/lib/systemd/system/systemd-${name}.service.d/lean.conf`,
      unfenced,
    ]),
  ),
  ...Object.fromEntries(
    generators.map(name => [`/etc/systemd/system-generators/systemd-${name}-generator`, '']),
  ),
}

/** Paths of the image to leave out. */
export const leanRemoves: readonly string[] = ['etc/update-motd.d']
