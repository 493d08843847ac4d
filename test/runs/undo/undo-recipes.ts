/** Recipes that `undo.test.ts` takes back, and the shell that tells in what state a host is. */

export const everyday = `import { recipe, z, secret, directory, file, group, link, option, line, service, unit, user, command } from 'ops-recipes'
export default recipe({
  summary: 'A small application.',
  params: { word: z.string().default('one'), token: secret() },
  steps: ({ params }) => [
    group({ name: 'undo-group' }),
    user({ name: 'undo-user', group: 'undo-group', system: true, shell: '/usr/sbin/nologin' }),
    directory({ path: '/etc/undo', mode: '0750' }),
    directory({ path: '/etc/undo-old', mode: '0711' }),
    file({ path: '/etc/undo/new.conf', content: params.word, owner: 'undo-user' }),
    file({ path: '/etc/undo/token', content: params.token, mode: '0600' }),
    file({ path: '/etc/undo-old.conf', content: params.word, mode: '0600' }),
    file({ path: '/etc/undo-gone.conf', state: 'absent' }),
    link({ path: '/etc/undo-link', to: '/etc/undo/new.conf' }),
    option({ path: '/etc/undo-old.ini', section: 'a', key: 'k', value: params.word }),
    option({ path: '/etc/undo-old.ini', section: 'a', key: 'l', value: params.word }),
    line({ path: '/etc/undo-lines', line: params.word }),
    unit({
      name: 'undo-app.service',
      content: '[Service]\\nExecStart=/bin/sleep infinity\\n\\n[Install]\\nWantedBy=multi-user.target\\n',
    }),
    service({ unit: 'undo-app', running: true, enabled: true, follows: ['/etc/undo-old.conf'] }),
    command({ run: 'touch /run/undo-command', creates: '/run/undo-command' }),
  ],
})
`

export const machine = `import { recipe, apt, sysctl, hostname, timezone, mount } from 'ops-recipes'
export default recipe({
  summary: 'What a machine is as a whole.',
  steps: () => [
    apt({ packages: ['no-such-tree | tree'], recommends: false }),
    hostname({ name: 'undo-renamed' }),
    timezone({ zone: 'Europe/Berlin' }),
    mount({ path: '/mnt/undo', device: 'tmpfs', type: 'tmpfs', options: ['size=1m'] }),
    sysctl({ key: 'net.ipv4.ip_forward', value: '1' }),
  ],
})
`

export const web = `import { recipe, apt, file, service } from 'ops-recipes'
export default recipe({
  summary: 'A server that comes with its package, and a file that is a mount point.',
  steps: () => [
    apt({ packages: ['nginx'], recommends: false }),
    file({ path: '/etc/nginx/conf.d/app.conf', content: 'server { listen 8081; }\\n' }),
    service({ unit: 'nginx', running: true, enabled: true, follows: ['/etc/nginx'], onChange: 'reload' }),
    file({ path: '/etc/undo-mounted', content: 'new', inPlace: true }),
  ],
})
`

export const fragile = `import { recipe, z, file, service, unit } from 'ops-recipes'
export default recipe({
  summary: 'A service that may not like its configuration.',
  params: { word: z.string() },
  steps: ({ params }) => [
    unit({
      name: 'undo-fragile.service',
      content: '[Service]\\nExecStart=/bin/sh -c ". /etc/undo-fragile; exec sleep infinity"\\n',
    }),
    file({ path: '/etc/undo-fragile', content: params.word }),
    service({ unit: 'undo-fragile', running: true, follows: ['/etc/undo-fragile'] }),
  ],
})
`

export const webState = `command -v nginx; ls /etc/nginx/conf.d/app.conf 2>/dev/null; systemctl is-active nginx; pgrep -x nginx
findmnt -n -o TARGET /etc/undo-mounted; cat /etc/undo-mounted; :`

export const machineState = `command -v tree; hostname; cat /etc/hostname /etc/timezone /etc/fstab; tr '\\t' ' ' </etc/hosts; readlink /etc/localtime
mountpoint -q /mnt/undo && echo mounted; ls /etc/sysctl.d; :`

export const settled = `import { recipe, group, user, sysctl } from 'ops-recipes'
export default recipe({
  summary: 'What others change later.',
  steps: () => [
    group({ name: 'undo-team' }),
    group({ name: 'undo-crew' }),
    user({ name: 'undo-kim', system: true }),
    user({ name: 'undo-lee', system: true }),
    user({ name: 'undo-max', system: true }),
    sysctl({ key: 'net.ipv4.tcp_fin_timeout', value: 37 }),
    sysctl({ key: 'net.ipv4.tcp_keepalive_time', value: 7000 }),
  ],
})
`

export const settledState = `for each in undo-team undo-crew; do getent group $each >/dev/null && echo $each; done
for each in undo-kim undo-lee undo-max; do getent passwd $each >/dev/null && echo $each; done
cd /etc/sysctl.d; ls 99-zz-net.ipv4.tcp* 2>/dev/null; :`

export const closing = `import { recipe, file, command } from 'ops-recipes'
export default recipe({
  summary: 'Its last step is looked at again, and needs nothing then.',
  steps: () => [
    file({ path: '/etc/undo-closing', content: 'x' }),
    command({ run: 'touch /etc/undo-needless', unless: 'test -e /etc/undo-closing' }),
  ],
})
`

export const nest = `import { recipe, file, directory } from 'ops-recipes'
export default recipe({
  summary: 'A directory with files.',
  steps: () => [
    directory({ path: '/etc/undo-nest' }),
    directory({ path: '/etc/undo-nest/in' }),
    ...['a', 'b', 'c'].map(name => file({ path: '/etc/undo-nest/in/' + name, content: name + '\\n' })),
  ],
})
`

export const slow = `import { recipe, file, command } from 'ops-recipes'
export default recipe({
  summary: 'Begins, and takes its time.',
  steps: () => [
    file({ path: '/etc/undo-slow', content: 'first' }),
    command({ run: 'touch /run/undo-begun; until [ -e /run/undo-go ]; do sleep 0.1; done; sleep 15; touch /run/undo-slept', creates: '/run/undo-slept' }),
    file({ path: '/etc/undo-never', content: 'last' }),
  ],
})
`

export const before = `mkdir -m 0755 /etc/undo-old
printf 'by hand\\n' >/etc/undo-old.conf; chmod 0640 /etc/undo-old.conf; chown root:adm /etc/undo-old.conf
printf 'going' >/etc/undo-gone.conf
ln -s /etc/hosts /etc/undo-link
printf '[a]\\n; mine\\nk = 0\\n' >/etc/undo-old.ini
printf 'zero\\n' >/etc/undo-lines`

export const state = `for each in /etc/undo /etc/undo-old /etc/undo-old.conf /etc/undo-gone.conf /etc/undo-old.ini /etc/undo-lines /etc/systemd/system/undo-app.service; do
  stat -c '%n %a %U:%G' $each 2>/dev/null || echo "$each absent"; cat $each 2>/dev/null
done
readlink /etc/undo-link; getent passwd undo-user; getent group undo-group
systemctl is-active undo-app; systemctl is-enabled undo-app 2>/dev/null; :`
