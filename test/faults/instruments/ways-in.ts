/** What a login of ours can stand on, each with a host set up for it and steps that take it away. */
import type { User } from '../../hosts/host.ts'

export interface WayCut {
  readonly name: string
  readonly user: User
  /** Shell that makes the host as it is before. */
  readonly before: string
  /** Steps of a recipe; the names of all resources are at hand. */
  readonly steps: string
  /** Shell whose output is the same before the run and once it was taken back. */
  readonly look: string
}

const sshd = `service({ unit: 'ssh', running: true, follows: ['/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d', '/opt/part.conf', '/srv/sshd_config'], onChange: 'restart' })`
const sshdPart = '/etc/ssh/sshd_config.d/40-way.conf'

export const waysIn: readonly WayCut[] = [
  {
    name: 'a group that AllowGroups names',
    user: 'deploy',
    before: `groupadd -f shell-ops; usermod -aG shell-ops deploy; echo 'AllowGroups root shell-*' >${sshdPart}; systemctl restart ssh`,
    steps: `group({ name: 'shell-ops', state: 'absent' })`,
    look: 'getent group shell-ops',
  },
  {
    name: 'a group that a sudo rule names',
    user: 'deploy',
    before: `groupadd -f admins; usermod -aG admins deploy; echo '%admins ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy`,
    steps: `group({ name: 'admins', state: 'absent' })`,
    look: 'getent group admins',
  },
  {
    name: "an end in root's .bashrc",
    user: 'root',
    before: 'usermod -s /bin/bash root; echo : >/root/.bashrc',
    steps: `file({ path: '/root/.bashrc', content: 'exit 0\\n' })`,
    look: 'cat /root/.bashrc',
  },
  {
    name: '/usr/bin/sh pointed elsewhere',
    user: 'root',
    before: '',
    steps: `link({ path: '/usr/bin/sh', to: '/usr/bin/true' })`,
    look: 'readlink /usr/bin/sh',
  },
  {
    name: 'keys where AuthorizedKeysFile says that they are',
    user: 'deploy',
    before: `mkdir -p /opt/keys; mv /home/deploy/.ssh/authorized_keys /opt/keys/deploy; chown deploy /opt/keys/deploy; echo 'AuthorizedKeysFile .ssh/authorized_keys /opt/keys/%u' >${sshdPart}; systemctl restart ssh`,
    steps: `file({ path: '/opt/keys/deploy', content: '# nobody\\n' })`,
    look: 'cat /opt/keys/deploy',
  },
  {
    name: 'a part of sshd_config in another folder',
    user: 'root',
    before: `echo '# nothing' >/opt/part.conf; echo 'Include /opt/*.conf' >${sshdPart}; systemctl restart ssh`,
    steps: `file({ path: '/opt/part.conf', content: 'AllowUsers nobody\\n' }), ${sshd}`,
    look: 'cat /opt/part.conf; sshd -T | grep -c allowusers',
  },
  {
    name: 'sshd_config itself, a link to another folder',
    user: 'root',
    before:
      'mv /etc/ssh/sshd_config /srv/sshd_config; ln -s /srv/sshd_config /etc/ssh/sshd_config; systemctl restart ssh',
    steps: `line({ path: '/srv/sshd_config', line: 'AllowUsers nobody' }), ${sshd}`,
    look: 'readlink /etc/ssh/sshd_config; sha256sum </srv/sshd_config',
  },
  {
    name: 'a mount over /home',
    user: 'deploy',
    before: '',
    steps: `file({ path: '/etc/systemd/system/home.mount', content: '[Mount]\\nWhat=tmpfs\\nWhere=/home\\nType=tmpfs\\n' }), service({ unit: 'home.mount', running: true, follows: ['/etc/systemd/system/home.mount'] })`,
    look: 'findmnt /home; ls -d /etc/systemd/system/home.mount 2>/dev/null; ls -a /home/deploy',
  },
  {
    name: 'the mode of /usr',
    user: 'deploy',
    before: '',
    steps: `directory({ path: '/usr', mode: '0700' })`,
    look: 'stat -c %a /usr',
  },
  {
    name: 'the mode of /run/sshd',
    user: 'root',
    before: '',
    steps: `directory({ path: '/run/sshd', mode: '0777' })`,
    look: 'stat -c %a /run/sshd',
  },
  {
    name: "the mode of sudo's binary",
    user: 'deploy',
    before: '',
    steps: `file({ path: '/usr/bin/sudo', mode: '0755' })`,
    look: 'stat -c "%a %u" /usr/bin/sudo; sha256sum </usr/bin/sudo',
  },
  {
    name: 'the service without which nobody but root logs in',
    user: 'deploy',
    before: 'systemctl start systemd-user-sessions',
    steps: `service({ unit: 'systemd-user-sessions', running: false })`,
    look: 'ls /run/nologin 2>/dev/null; systemctl is-active systemd-user-sessions',
  },
]
