import { afterAll, beforeAll } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { Controller } from '../instruments/controller.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { anySteps, type OneStepCase, oneStepCases, type StepSpec } from '../instruments/one-step.ts'
import { PackageMirror, type Service } from '../instruments/package-mirror.ts'

describeReal('a host that is not at its best', () => {
  const host = useHost({ withPackages: ['busybox', 'needrestart'] })
  const mirror = new PackageMirror()
  let controller: Controller
  beforeAll(async () => {
    controller = new Controller(anySteps)
    await mirror.listen(host())
    await mirror.offer(host(), { name: 'ops-plain', version: '1', files: { '/opt/plain': 'plain\n' } })
    await mirror.offer(host(), {
      name: 'ops-conf',
      version: '2',
      files: { '/etc/ops-conf': 'second\n' },
      control: { conffiles: '/etc/ops-conf\n' },
    })
    await mirror.offer(host(), {
      name: 'ops-asks',
      version: '1',
      control: {
        templates: 'Template: ops-asks/word\nType: string\nDescription: What is the word?\n',
        config:
          '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\ndb_input critical ops-asks/word || true\ndb_go || true\n',
        postinst: '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\ndb_get ops-asks/word\ndb_stop\n',
      },
      depends: 'debconf',
    })
    await mirror.offer(host(), {
      name: 'ops-reads',
      version: '1',
      control: {
        postinst: '#!/bin/sh\necho "Go on? [y/n]"\nread answer || answer=none\n[ "$answer" = none ]\n',
      },
    })
    await mirror.offer(host(), {
      name: 'ops-fails',
      version: '1',
      control: { postinst: '#!/bin/sh\n[ -e /run/may ] || { echo "there is no /run/may"; exit 1; }\n' },
    })
    await mirror.offer(host(), {
      name: 'ops-tells',
      version: '1',
      control: {
        postinst: '#!/bin/sh\nsystemctl daemon-reload\nyes "a long line of output" | head -n 20000\n',
      },
    })
    await host().read(`mkdir /root/sources; mv /etc/apt/sources.list.d/* /root/sources; apt-get clean
      echo '${mirror.source}' >/etc/apt/sources.list.d/test.list; apt-get -q update`)
  })
  afterAll(() => {
    mirror.close()
    controller?.remove()
  })

  const packages = (...names: readonly string[]): readonly StepSpec[] => [['apt', { packages: names }]]
  const isInstalled = (name: string): string =>
    `[ "$(dpkg-query -W -f '\${db:Status-Status}' ${name})" = installed ]`
  const fresh = (name: string): string =>
    `dpkg --purge ${name} >/dev/null 2>&1; apt-get clean; rm -f /run/may`
  const served = (service: Service, says: RegExp, more: Partial<OneStepCase> = {}): OneStepCase => ({
    id: `packages are served like this: ${service}`,
    before: fresh('ops-plain'),
    arm: () => {
      mirror.service = service
    },
    disarm: () => {
      mirror.service = 'well'
    },
    steps: packages('ops-plain'),
    exits: [1],
    says,
    holds: '[ ! -e /opt/plain ]; [ -z "$(dpkg --audit)" ]',
    mend: 'true',
    wanted: isInstalled('ops-plain'),
    ...more,
  })
  const patient = '/etc/apt/apt.conf.d/99-test'

  const mirrors = (): readonly OneStepCase[] => [
    served('not found', /404/),
    served('server error', /503/),
    served('other bytes', /[Hh]ash [Ss]um mismatch/),
    served('cut', /Connection (closed|failed|reset)|closed the connection|Failed to fetch/),
    served('never', /longer than 8 s and was ended/, {
      steps: [['apt', { packages: ['ops-plain'] }, { timeoutSeconds: 8 }]],
    }),
    served('never', /timed out|Failed to fetch/, {
      id: 'packages never come, and apt gives up by itself',
      before: `${fresh('ops-plain')}; echo 'Acquire::http::Timeout "2"; Acquire::Retries "0";' >${patient}`,
      after: `rm -f ${patient}`,
    }),
    {
      id: 'the mirror is down',
      before: `${fresh('ops-plain')}; echo 'deb [trusted=yes] http://127.0.0.1:9 ./' >/etc/apt/sources.list.d/test.list; rm -rf /var/lib/apt/lists/*`,
      steps: packages('ops-plain'),
      exits: [1],
      says: /refused|Could not connect|no package source/,
      mend: `echo '${mirror.source}' >/etc/apt/sources.list.d/test.list`,
      wanted: isInstalled('ops-plain'),
    },
    {
      id: 'the lists of packages are gone',
      before: `${fresh('ops-plain')}; rm -rf /var/lib/apt/lists/*`,
      steps: packages('ops-plain'),
      exits: [0],
      wanted: isInstalled('ops-plain'),
    },
  ]

  const prompts = (): readonly OneStepCase[] => [
    {
      id: 'a config file that was edited, of a package that comes again in another version',
      before: `${fresh('ops-conf')}; mkdir -p /root/old/DEBIAN /root/old/etc; cd /root/old; echo first >etc/ops-conf; echo /etc/ops-conf >DEBIAN/conffiles
        printf 'Package: ops-conf\\nVersion: 1\\nArchitecture: all\\nMaintainer: Nobody <nobody@example.com>\\nDescription: old\\n' >DEBIAN/control
        dpkg-deb --root-owner-group --build . /root/old.deb; dpkg -i /root/old.deb; dpkg --remove ops-conf; echo mine >/etc/ops-conf`,
      steps: packages('ops-conf'),
      exits: [0],
      holds: '[ "$(cat /etc/ops-conf)" = mine ]',
      wanted: isInstalled('ops-conf'),
    },
    {
      id: 'a question of debconf',
      before: fresh('ops-asks'),
      steps: packages('ops-asks'),
      exits: [0],
      wanted: isInstalled('ops-asks'),
    },
    {
      id: 'a question on standard input',
      before: fresh('ops-reads'),
      steps: packages('ops-reads'),
      exits: [0],
      wanted: isInstalled('ops-reads'),
    },
    {
      id: 'a script of a package that fails, until its cause is gone',
      before: fresh('ops-fails'),
      steps: packages('ops-fails'),
      exits: [1],
      says: /there is no \/run\/may/,
      mend: 'touch /run/may',
      wanted: isInstalled('ops-fails'),
      after: 'rm -f /run/may',
    },
    {
      id: 'twenty thousand lines of output, and needrestart after them',
      before: fresh('ops-tells'),
      steps: packages('ops-tells'),
      exits: [0],
      wanted: isInstalled('ops-tells'),
    },
  ]

  /** Nothing but busybox on the PATH, and what sshd needs to let somebody in. */
  const bare = `rm -rf /srv/odd; mkdir -p /srv/odd
    [ -d /opt/bare ] || { mkdir /opt/bare; busybox --install -s /opt/bare; cp /usr/bin/busybox /usr/bin/flock /usr/sbin/sshd /opt/bare; usermod --shell /bin/sh root; }
    mount --bind /opt/bare /usr/bin; mount --bind /opt/bare /usr/sbin`
  const whole = 'umount /usr/sbin; umount /usr/bin'
  const path = '/srv/odd/target'
  const onBare = (id: string, step: StepSpec, wanted: string, before = 'true'): OneStepCase => ({
    id,
    before: `${bare}; cd /srv/odd; ${before}`,
    steps: [step],
    exits: [0],
    wanted: `! command -v bash perl python3 >/dev/null; ${wanted}`,
    after: whole,
  })
  const lacking = (id: string, step: StepSpec, says: RegExp): OneStepCase => ({
    ...onBare(id, step, 'true'),
    exits: [1],
    says,
  })
  const bareHost: readonly OneStepCase[] = [
    onBare(
      'a new file',
      ['file', { path, content: 'new\n', mode: '0640', owner: 'guest', group: 'adm' }],
      `[ "$(cat ${path}; stat -c %a:%U:%G ${path})" = "new\n640:guest:adm" ]`,
    ),
    onBare(
      'a file that is replaced',
      ['file', { path, content: 'new\n' }],
      `[ "$(cat ${path}; stat -c %a ${path})" = "new\n604" ]`,
      'echo old >target; chmod 604 target',
    ),
    onBare(
      'a file that is validated',
      ['file', { path, content: 'new\n', validate: 'grep -q new %s' }],
      `[ "$(cat ${path})" = new ]`,
    ),
    onBare(
      'a mode',
      ['file', { path, mode: '0600' }],
      `[ "$(stat -c %a ${path})" = 600 ]`,
      'echo old >target',
    ),
    onBare('a file that goes', ['file', { path, state: 'absent' }], `[ ! -e ${path} ]`, 'echo old >target'),
    onBare(
      'an option',
      ['option', { path, section: 's', key: 'a', value: '2' }],
      `[ "$(cat ${path})" = "[s]\na=2" ]`,
      "printf '[s]\\na=1\\n' >target",
    ),
    onBare(
      'a line',
      ['line', { path, line: 'Port 2', match: '^Port ' }],
      `[ "$(cat ${path})" = 'Port 2' ]`,
      "echo 'Port 1' >target",
    ),
    onBare('a link', ['link', { path, to: 'elsewhere' }], `[ "$(readlink ${path})" = elsewhere ]`),
    onBare(
      'a directory',
      ['directory', { path, mode: '0750', owner: 'guest' }],
      `[ "$(stat -c %a:%U ${path})" = 750:guest ]`,
    ),
    onBare(
      'a directory that goes',
      ['directory', { path, state: 'absent', recursive: true }],
      `[ ! -e ${path} ]`,
      'mkdir -p target/below',
    ),
    onBare(
      'a command',
      ['command', { run: `echo done >${path}`, creates: path }],
      `[ "$(cat ${path})" = done ]`,
    ),
    lacking('a package, without dpkg', ['apt', { packages: ['ops-plain'] }], /no dpkg/),
    lacking('a service, without systemd', ['service', { unit: 'cron', running: true }], /systemctl|systemd/),
    lacking('a user, without useradd', ['user', { name: 'somebody' }], /useradd|getent/),
  ]

  const invariants = ['I2', 'I3', 'I4', 'I5', 'I7', 'I8'] as const
  faultClass({
    id: 'B3',
    title:
      'a mirror that is down, has lost a package or serves other bytes is told apart, and leaves dpkg whole',
    invariants,
    quick: 1,
    cases: () => oneStepCases(host, () => controller, mirrors()),
  })
  faultClass({
    id: 'B4',
    title: 'a package that asks gets no answer and waits for none, and an edited config file stays',
    invariants,
    quick: 1,
    cases: () => oneStepCases(host, () => controller, prompts()),
  })
  faultClass({
    id: 'B10',
    title: 'a host with busybox and flock alone is managed like any other, and what it lacks is told by name',
    invariants,
    quick: 2,
    cases: () => oneStepCases(host, () => controller, bareHost),
  })
})
