/** The first hour of a new server: who gets in, what comes in, and what it does by itself from then on. */
import {
  apt,
  authorizedKey,
  file,
  firewall,
  recipe,
  service,
  swapFile,
  sysctl,
  timezone,
  user,
  z,
} from 'ops-recipes'

export default recipe({
  summary: 'A new Debian or Ubuntu server as most guides leave it after the first hour.',
  description: `An administrator who logs in by key and uses sudo, no passwords over ssh, a firewall, fail2ban, security updates
by themselves, a time zone and swap. The way that ops itself comes in stays open, whatever the firewall and sshd are told.`,
  examples: [
    {
      title: 'With two gigabytes of swap',
      params: { key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX ann' },
    },
  ],
  params: {
    admin: z
      .string()
      .regex(/^[a-z_][a-z0-9_.-]{0,31}$/, 'must be small letters, digits and _ . -, and begin with a letter')
      .default('admin')
      .describe('Who administers it.'),
    key: z.string().describe('The public key of the administrator.'),
    allow: z.array(z.string()).default(['80/tcp', '443/tcp']).describe('What may come in beside ssh.'),
    zone: z.string().default('UTC').describe('Its time zone.'),
    swap: z
      .string()
      .default('2G')
      .describe('Size of the swap file; `none` where a container cannot have one.'),
  },
  steps: ({ params: { admin, key, allow, zone, swap } }) => [
    timezone({ zone }),
    user({ name: admin, shell: '/bin/bash', groups: ['sudo'] }),
    authorizedKey({ user: admin, key }),
    file({
      // Not the name of the administrator: sudo passes over files with a dot in theirs.
      path: '/etc/sudoers.d/90-first-hour',
      content: `${admin} ALL=(ALL) NOPASSWD: ALL\n`,
      mode: '0440',
      validate: 'visudo -cf %s',
    }),
    file({
      path: '/etc/ssh/sshd_config.d/10-first-hour.conf',
      content:
        'PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nX11Forwarding no\n',
      mode: '0600',
      validate: '/usr/sbin/sshd -t',
    }),
    service({
      unit: 'ssh',
      running: true,
      enabled: true,
      follows: ['/etc/ssh/sshd_config.d/10-first-hour.conf'],
      onChange: 'reload',
    }),
    apt({ packages: ['fail2ban', 'python3-systemd', 'ufw', 'unattended-upgrades'], recommends: false }),
    firewall({ allow, by: 'ufw' }),
    file({
      path: '/etc/fail2ban/jail.d/10-first-hour.local',
      content: '[DEFAULT]\nbackend = systemd\nbantime = 1h\n\n[sshd]\nenabled = true\nmaxretry = 5\n',
      validate: 'fail2ban-client -t',
    }),
    service({
      unit: 'fail2ban',
      running: true,
      enabled: true,
      follows: ['/etc/fail2ban/jail.d/10-first-hour.local'],
    }),
    file({
      path: '/etc/apt/apt.conf.d/20auto-upgrades',
      content: 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
    }),
    swap !== 'none' && swapFile({ size: swap }),
    swap !== 'none' && sysctl({ key: 'vm.swappiness', value: 10 }),
  ],
})
