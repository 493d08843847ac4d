/** What everyday servers are made of, on the host of the conformance tests. */
import { putRepository, signer, stranger } from '../resources/apt/signed-repository.ts'
import type { ConformanceCase } from './host-case.ts'

const ring = '/etc/apt/keyrings/conforms.gpg'
/** Else `apt` would fetch all lists anew, as they are older than the sources. */
const fresh = 'touch /var/lib/apt/lists'
const sources = '/etc/apt/sources.list.d/conforms.sources'

export const everydayCases: Readonly<Record<string, ConformanceCase>> = {
  aptPin: {
    input: { name: 'conforms', packages: ['dpkg'], pin: 'version 1.*', priority: 990 },
    absent: 'rm -f /etc/apt/preferences.d/conforms.pref',
    wrong: [
      'sed -i s/990/100/ /etc/apt/preferences.d/conforms.pref',
      'chmod 0600 /etc/apt/preferences.d/conforms.pref',
    ],
    foreign: {
      before:
        'rm -f /etc/apt/preferences.d/conforms.pref; printf "Package: bash\\nPin: version 5.*\\nPin-Priority: 600\\n" >/etc/apt/preferences.d/theirs-too',
      kept: 'apt-cache policy bash | grep -q " 600$"; rm /etc/apt/preferences.d/theirs-too',
    },
    holds: 'apt-cache policy dpkg | grep -q "^ [*]* [^ ]* 990$"',
    undo: { stays: '`file` with `state: absent` takes it away' },
  },
  aptRepository: {
    input: {
      name: 'conforms',
      url: 'file:/srv/c/apt',
      suites: ['stable'],
      components: ['main'],
      key: signer.armored,
    },
    setUp: putRepository('/srv/c/apt'),
    absent: `rm -f ${sources} ${ring} /var/lib/apt/lists/*srv_c_apt*; ${fresh}`,
    wrong: [
      `sed -i s/main/other/ ${sources}; ${fresh}`,
      `echo ${Buffer.from(stranger.armored).toString('base64')} | base64 -d >${ring}`,
      `chmod 0600 ${ring}`,
      `echo >>${sources}; ${fresh}`,
      `rm -f /var/lib/apt/lists/*srv_c_apt*; ${fresh}`,
    ],
    neverAlone: {
      state: 'what is not there has no content either',
      content: 'for what was written anew, lists are fetched anew',
    },
    foreign: {
      before: `rm -f ${sources} ${ring}; echo 'deb [signed-by=/root/theirs.gpg] file:/srv/c/apt/ stable main' >/etc/apt/sources.list.d/theirs.list; ${fresh}`,
      refused: /theirs.list:1 names the same repository/,
      kept: `grep -q theirs.gpg /etc/apt/sources.list.d/theirs.list; rm /etc/apt/sources.list.d/theirs.list; ${fresh}`,
    },
    holds: 'apt-cache policy ops-signed | grep -q "Candidate: 1.0"',
    undo: {
      input: { name: 'conforms', state: 'absent' },
      gone: `test ! -e ${sources}; test ! -e ${ring}; ! apt-cache policy ops-signed | grep -q 1.0`,
    },
  },
  archive: {
    input: {
      from: '/srv/c/tool.tar.gz',
      into: '/srv/c/tool',
      strip: 1,
      creates: 'bin/tool',
      owner: 'deploy',
    },
    setUp:
      'mkdir -p /root/tool/tool-1/bin; echo tool >/root/tool/tool-1/bin/tool; tar -czf /srv/c/tool.tar.gz -C /root/tool tool-1',
    absent: 'rm -rf /srv/c/tool',
    wrong: 'rm -rf /srv/c/tool; mkdir /srv/c/tool',
    neverAlone: { owner: 'what is unpacked and belongs to another one is refused' },
    foreign: {
      before: 'rm -rf /srv/c/tool; mkdir /srv/c/tool; echo theirs >/srv/c/tool/notes',
      refused: /is not empty and has no bin.tool/,
      kept: 'grep -qx theirs /srv/c/tool/notes; rm -r /srv/c/tool',
    },
    holds: 'grep -qx tool /srv/c/tool/bin/tool; test "$(stat -c %U /srv/c/tool/bin/tool)" = deploy',
    undo: { stays: '`directory` with `state: absent` and `recursive` takes it away' },
  },
  certificate: {
    file: 'resources/certificate/certificate.test.ts',
    title: 'is issued by a webroot, asks for nothing more, and each place that differs is seen',
  },
  checkout: {
    packages: ['git'],
    input: { url: '/srv/c/origin.git', path: '/srv/c/checkout', branch: 'main' },
    setUp: `git init -q --bare -b main /srv/c/origin.git; rm -rf /root/made-here; git init -q -b main /root/made-here; cd /root/made-here
git config user.email x@example.com; git config user.name x
for n in one two; do echo $n >file; git add file; git commit -qm $n; done; git push -q /srv/c/origin.git main`,
    absent: 'rm -rf /srv/c/checkout',
    wrong: [
      'git -C /srv/c/checkout checkout -q --detach HEAD~1',
      'git -C /srv/c/checkout checkout -q --detach',
      'git -C /srv/c/checkout reset -q --hard HEAD~1',
      'git -C /srv/c/checkout remote set-url origin /srv/c/other.git',
    ],
    foreign: {
      before:
        'git -C /srv/c/checkout checkout -q main; git -C /srv/c/checkout reset -q --hard HEAD~1; echo theirs >/srv/c/checkout/file',
      refused: /were changed and not committed/,
      kept: 'grep -qx theirs /srv/c/checkout/file; rm -r /srv/c/checkout',
    },
    holds:
      'test "$(git -C /srv/c/checkout rev-parse main HEAD | uniq)" = "$(git -C /srv/c/origin.git rev-parse main)"; grep -qx two /srv/c/checkout/file',
    undo: { stays: 'what was changed in it would be lost' },
  },
  composeProject: {
    file: 'resources/compose-project/compose-project.test.ts',
    title: 'comes up from nothing in two trips, and no plan, record or argument tells its secrets',
  },
  download: {
    file: 'resources/fetch/download.test.ts',
    title: 'is fetched where it is missing or differs, again only then, and never becomes another file',
  },
  firewall: {
    file: 'resources/firewall/comes-in.ts',
    title: 'what is allowed comes in, what is not does not, and ssh always does',
  },
  locale: {
    input: { lang: 'C.UTF-8' },
    absent: 'rm -f /etc/default/locale /etc/locale.conf',
    wrong: [
      'printf "LANG=xx_XX\\nLC_TIME=C\\n" >/etc/default/locale',
      // A file of its own for services: systemd's of Debian 13 reads no other.
      'echo LANG=xx_XX >/etc/locale.conf',
      // As Debian 13 comes.
      'rm -f /etc/default/locale /etc/locale.conf; ln -s ../locale.conf /etc/default/locale',
      'rm -f /etc/default/locale; echo LANG=xx_XX >/etc/default/locale; echo LANG=C.UTF-8 >/etc/locale.conf',
    ],
    neverAlone: { missing: 'this one comes with the C library' },
    foreign: {
      before: 'printf "# theirs\\nLC_TIME=C\\n" >/etc/default/locale',
      kept: 'grep -qx LC_TIME=C /etc/default/locale; grep -qx "# theirs" /etc/default/locale',
    },
    holds:
      'test "$(. /etc/default/locale; export LANG; unset LC_ALL; locale 2>&1 | grep -e LANG= -e annot)" = LANG=C.UTF-8',
    undo: { stays: 'programs go by some locale always' },
  },
  mount: {
    input: {
      path: '/srv/c/mounted here',
      device: 'conforms',
      type: 'tmpfs',
      options: ['size=1m', 'nosuid', 'nodev', 'mode=0755'],
    },
    absent: "umount '/srv/c/mounted here'; sed -i /conforms/d /etc/fstab",
    wrong: [
      "mount -o remount,dev '/srv/c/mounted here'",
      "chmod 0700 '/srv/c/mounted here'",
      'sed -i /conforms/s/nodev/dev/ /etc/fstab',
      "umount '/srv/c/mounted here'",
    ],
    foreign: {
      before:
        "umount '/srv/c/mounted here'; sed -i /conforms/d /etc/fstab; echo theirs >'/srv/c/mounted here/notes'",
      refused: /what lies in it would be hidden/,
      kept: "grep -qx theirs '/srv/c/mounted here/notes'; rm '/srv/c/mounted here/notes'",
    },
    holds:
      "findmnt -n -o SOURCE,FSTYPE,OPTIONS '/srv/c/mounted here' | grep -q 'conforms *tmpfs .*nodev'; findmnt -s -n -o OPTIONS '/srv/c/mounted here' | grep -q nofail",
    undo: {
      input: { path: '/srv/c/mounted here', state: 'absent' },
      gone: "if findmnt '/srv/c/mounted here'; then exit 1; fi; ! grep conforms /etc/fstab",
    },
  },
  mysqlDatabase: {
    packages: ['mariadb-server'],
    input: { name: 'conforms_db', charset: 'utf8mb4', collation: 'utf8mb4_bin' },
    absent: 'mariadb -e "drop database if exists conforms_db"',
    wrong: [
      'mariadb -e "alter database conforms_db character set latin1"',
      'mariadb -e "alter database conforms_db collate utf8mb4_unicode_ci"',
    ],
    neverAlone: { charset: 'a collation belongs to one character set' },
    foreign: {
      before:
        'mariadb -e "drop database if exists conforms_db; create database conforms_db character set latin1; create table conforms_db.theirs (t text); insert into conforms_db.theirs values (1)"',
      kept: 'mariadb -BNe "show create table conforms_db.theirs" | grep -q latin1; test "$(mariadb -BNe "select count(*) from conforms_db.theirs")" = 1',
    },
    holds: 'mariadb -BNe "show create database conforms_db" | grep -q utf8mb4_bin',
    undo: { stays: 'nobody loses rows by a step' },
  },
  postgresDatabase: {
    file: 'resources/postgres/postgres.test.ts',
    title: 'what cannot be changed is refused before, and a role that owns something stays',
  },
  postgresRole: {
    file: 'resources/postgres/postgres.test.ts',
    title: 'a role logs in with its password to its database, and a second look asks for nothing',
  },
  postgresSettings: {
    file: 'resources/postgres/settings.test.ts',
    title: 'each place that can differ is seen alone',
  },
  swapFile: {
    file: 'resources/filesystems/swap-file.test.ts',
    title: 'is put right wherever it differs',
  },
  unit: {
    input: {
      name: 'conforms-unit.service',
      content: '[Service]\nExecStart=/bin/sleep 54321\n\n[Install]\nWantedBy=multi-user.target\n',
    },
    absent:
      'systemctl stop conforms-unit; rm -f /etc/systemd/system/conforms-unit.service; systemctl daemon-reload',
    wrong: [
      'systemctl start conforms-unit; sed -i s/54321/12345/ /etc/systemd/system/conforms-unit.service',
      'echo >>/etc/systemd/system/conforms-unit.service; systemctl daemon-reload',
      'systemctl start conforms-unit; touch /etc/systemd/system/conforms-unit.service',
    ],
    foreign: {
      before:
        'systemctl stop conforms-unit; rm -f /etc/systemd/system/conforms-unit.service; ln -s /dev/null /etc/systemd/system/conforms-unit.service',
      refused: /is masked/,
      kept: 'test -L /etc/systemd/system/conforms-unit.service; rm /etc/systemd/system/conforms-unit.service; systemctl daemon-reload',
    },
    holds:
      'test "$(systemctl show -p NeedDaemonReload --value conforms-unit)" = no; systemctl show -p ExecStart conforms-unit | grep -q 54321',
    undo: {
      input: { name: 'conforms-unit.service', state: 'absent' },
      gone: '! systemctl cat conforms-unit',
    },
  },
}
