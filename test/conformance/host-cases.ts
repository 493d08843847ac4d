/** For every resource, the states that a host can be in before it is applied, and what must be true afterwards. */

import { Secret } from '../../src/base/secret.ts'
import { everydayCases } from './everyday-cases.ts'
import type { ConformanceCase } from './host-case.ts'

const stays = (why: string) => ({ stays: why })

const aKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX'

export const cases: Readonly<Record<string, ConformanceCase>> = {
  ...everydayCases,
  alternative: {
    input: { name: 'conforms-to', path: '/srv/c/one' },
    setUp: `for each in one two; do printf '#!/bin/sh\\necho %s\\n' $each >/srv/c/$each; echo $each >/srv/c/$each.txt; chmod 0755 /srv/c/$each; done
install() { update-alternatives --install /usr/bin/conforms-to conforms-to /srv/c/$1 $2 --slave /srv/c/conforms.txt conforms.txt /srv/c/$1.txt; }
install one 10; install two 20`,
    absent: 'update-alternatives --auto conforms-to',
    wrong: [
      'update-alternatives --set conforms-to /srv/c/two',
      'ln -sfn /srv/c/two /usr/bin/conforms-to',
      'rm /etc/alternatives/conforms.txt',
      'sed -i 1s/manual/auto/ /var/lib/dpkg/alternatives/conforms-to',
    ],
    neverAlone: { offered: 'what is not offered is refused' },
    foreign: {
      before: 'rm -f /usr/bin/conforms-to; echo theirs >/usr/bin/conforms-to',
      refused: /\/usr\/bin\/conforms-to is not a link/,
      kept: 'grep -qx theirs /usr/bin/conforms-to; rm /usr/bin/conforms-to',
    },
    holds:
      'test "$(conforms-to) $(cat /srv/c/conforms.txt)" = "one one"; update-alternatives --get-selections | grep -q "^conforms-to *manual"',
    undo: {
      input: { name: 'conforms-to', mode: 'auto' },
      gone: 'test "$(conforms-to) $(cat /srv/c/conforms.txt)" = "two two"; update-alternatives --get-selections | grep -q "^conforms-to *auto"',
    },
  },
  apt: {
    input: { packages: ['tree'], recommends: false },
    absent: 'dpkg --purge tree 2>/dev/null',
    wrong: 'dpkg --unpack /var/cache/apt/archives/tree_*.deb',
    neverAlone: { 'dpkg run': 'a run that was cut off leaves a package behind that is not as wanted' },
    foreign: {
      before:
        'dpkg --purge tree; printf "Package: tree\\nPin: release *\\nPin-Priority: -1\\n" >/etc/apt/preferences.d/theirs',
      refused: /a pin with a priority below zero/,
      kept: 'test -z "$(command -v tree)"; rm /etc/apt/preferences.d/theirs',
    },
    holds: 'tree --version',
    undo: { input: { packages: ['tree'], state: 'absent' }, gone: '! command -v tree' },
  },
  assertion: {
    input: { name: 'conformance', probe: 'cat /srv/c/asserted', expect: 'yes' },
    wrong: 'echo no >/srv/c/asserted',
    right: 'echo yes >/srv/c/asserted',
  },
  authorizedKey: {
    input: { user: 'guest', key: `${aKey} conforms`, options: 'no-pty' },
    absent: 'rm -rf /home/guest/.ssh.was; mv /home/guest/.ssh /home/guest/.ssh.was',
    wrong: [
      `printf '%s\\n' '${aKey} old' >>/home/guest/.ssh/authorized_keys`,
      'chmod 0666 /home/guest/.ssh/authorized_keys',
      'sed -i s/no-pty/no-user-rc/ /home/guest/.ssh/authorized_keys',
    ],
    foreign: {
      before: 'rm -rf /home/guest/.ssh; ln -s /root/.ssh /home/guest/.ssh; chown -h guest: /home/guest/.ssh',
      refused: /symbolic link of another user/,
      kept: 'if grep conforms /root/.ssh/authorized_keys; then exit 1; fi; rm /home/guest/.ssh; mv /home/guest/.ssh.was /home/guest/.ssh',
    },
    holds: `grep -qxF 'no-pty ${aKey} conforms' /home/guest/.ssh/authorized_keys; test "$(stat -c "%a %U" /home/guest/.ssh/authorized_keys)" = "600 guest"`,
    undo: {
      input: { user: 'guest', key: aKey, state: 'absent' },
      gone: '! grep -F conforms /home/guest/.ssh/authorized_keys',
    },
  },
  backup: {
    input: { paths: ['/srv/c/source'], to: '/srv/c/copies' },
    setUp: 'mkdir -p /srv/c/source; echo one >/srv/c/source/one',
    absent: 'rm -rf /srv/c/copies',
    wrong: 'echo more >>/srv/c/source/one',
    neverAlone: {
      leftovers: 'of a copy that was cut off: backup.test.ts',
      source: 'a source that must not be copied is refused',
      stale: 'beyond `keep`, and held by backup.test.ts',
      surplus: 'beyond `keep`, and held by backup.test.ts',
    },
    foreign: {
      before: 'rm -rf /srv/c/copies; echo theirs >/srv/c/copies',
      refused: /is not a folder/,
      kept: 'grep -qx theirs /srv/c/copies; rm /srv/c/copies',
    },
    holds: 'cmp /srv/c/source/one "$(ls -d /srv/c/copies/2* | tail -n 1)/srv/c/source/one"',
    undo: stays('copies are what it is for: nothing but `keep` takes old ones away'),
  },
  command: {
    input: { run: 'echo done >/srv/c/commanded', unless: 'grep -qx done /srv/c/commanded' },
    absent: 'rm -f /srv/c/commanded',
    wrong: 'echo half >/srv/c/commanded',
    foreign: {
      before: 'echo theirs >/srv/c/commanded; echo x >/srv/c/beside',
      kept: 'grep -qx x /srv/c/beside',
    },
    holds: 'grep -qx done /srv/c/commanded',
    undo: stays('what a command did is its own'),
  },
  debconf: {
    input: { package: 'conforms', question: 'conforms/area', type: 'select', value: 'Europe, west' },
    absent: 'echo PURGE | debconf-communicate conforms',
    wrong: [
      'echo conforms conforms/area select Asia | debconf-set-selections',
      'echo conforms conforms/area seen false | debconf-set-selections',
      'echo theirs conforms/area select Europe, west | debconf-set-selections; echo PURGE | debconf-communicate conforms',
      'echo conforms conforms/area string Europe, west | debconf-set-selections',
    ],
    neverAlone: { debconf: 'without it, nothing is known' },
    foreign: {
      before: `echo PURGE | debconf-communicate conforms; echo PURGE | debconf-communicate theirs
printf 'Template: conforms/area\\nType: boolean\\nDefault: true\\nDescription: theirs\\n' >/srv/c/theirs.templates
perl -MDebconf::Db -MDebconf::Template -e 'Debconf::Db->load; Debconf::Template->load("/srv/c/theirs.templates", "theirs"); Debconf::Db->save'`,
      refused: /conforms\/area is a boolean, not a select/,
      kept: 'echo GET conforms/area | debconf-communicate | grep -qx "0 true"; echo PURGE | debconf-communicate theirs',
    },
    holds:
      'echo GET conforms/area | debconf-communicate | grep -qx "0 Europe, west"; debconf-show conforms | grep -qx "[*] conforms/area: Europe, west"',
    undo: {
      input: { package: 'conforms', question: 'conforms/area', state: 'absent' },
      gone: '! debconf-show conforms | grep area',
    },
  },
  directory: {
    input: { path: '/srv/c/folder', mode: '0750', owner: 'deploy', group: 'deploy' },
    absent: 'rm -rf /srv/c/folder',
    wrong: ['chmod 0700 /srv/c/folder', 'chown root /srv/c/folder', 'chgrp root /srv/c/folder'],
    foreign: {
      before: 'rm -rf /srv/c/folder; echo theirs >/srv/c/folder',
      refused: /is a file/,
      kept: 'grep -qx theirs /srv/c/folder; rm /srv/c/folder',
    },
    holds: 'test "$(stat -c "%F %a %U %G" /srv/c/folder)" = "directory 750 deploy deploy"',
    undo: { input: { path: '/srv/c/folder', state: 'absent' }, gone: '! test -e /srv/c/folder' },
  },
  divert: {
    input: { path: '/usr/bin/tzselect', to: '/usr/bin/tzselect.distrib' },
    absent: 'dpkg-divert --local --rename --remove /usr/bin/tzselect',
    wrong:
      'dpkg-divert --local --rename --remove /usr/bin/tzselect; dpkg-divert --local --rename --divert /usr/bin/tzselect.other --add /usr/bin/tzselect',
    neverAlone: { program: 'without it, nothing is known', by: 'what a package diverts is refused' },
    foreign: {
      before:
        'dpkg-divert --local --rename --remove /usr/bin/tzselect; dpkg-divert --package theirs --rename --divert /usr/bin/tzselect.distrib --add /usr/bin/tzselect',
      refused: /is diverted by the package theirs/,
      kept: 'test "$(dpkg-divert --listpackage /usr/bin/tzselect)" = theirs; dpkg-divert --package theirs --rename --remove /usr/bin/tzselect',
    },
    holds:
      'test -x /usr/bin/tzselect.distrib; test ! -e /usr/bin/tzselect; test -z "$(dpkg --verify libc-bin | grep tzselect)"; test "$(dpkg-divert --list /usr/bin/tzselect)" = "local diversion of /usr/bin/tzselect to /usr/bin/tzselect.distrib"',
    undo: {
      input: { path: '/usr/bin/tzselect', state: 'absent' },
      gone: 'test -x /usr/bin/tzselect; test ! -e /usr/bin/tzselect.distrib; test -z "$(dpkg-divert --list /usr/bin/tzselect)"',
    },
  },
  file: {
    input: { path: '/srv/c/file', content: 'wanted\n', mode: '0640', owner: 'deploy', group: 'root' },
    absent: 'rm -f /srv/c/file',
    wrong: [
      'echo other >/srv/c/file',
      'chmod 0666 /srv/c/file',
      'chown root /srv/c/file',
      'chgrp games /srv/c/file',
    ],
    foreign: {
      before: 'rm -f /srv/c/file; mkdir /srv/c/file; echo theirs >/srv/c/file/inside',
      refused: /is a directory/,
      kept: 'grep -qx theirs /srv/c/file/inside; rm -r /srv/c/file',
    },
    holds: 'echo wanted | cmp - /srv/c/file; test "$(stat -c "%a %U %G" /srv/c/file)" = "640 deploy root"',
    undo: { input: { path: '/srv/c/file', state: 'absent' }, gone: '! test -e /srv/c/file' },
  },
  filesystems: {
    file: 'recipes/verify-filesystems/verify-filesystems.test.ts',
    title: 'every entry that does not resolve or is not mounted as written is named',
  },
  gem: {
    packages: ['ruby'],
    input: { name: 'conforms', version: '1.0', file: '/root/gem/conforms-1.0.gem' },
    setUp: `mkdir -p /root/gem; cd /root/gem
for v in 0.9 1.0; do
printf 'Gem::Specification.new { |s| s.name = "conforms"; s.version = "%s"; s.summary = "x"; s.authors = ["x"]; s.files = [] }\\n' $v >x.gemspec
gem build -q x.gemspec
done`,
    absent: 'gem uninstall -q -a -x conforms',
    wrong: 'gem uninstall -q -a -x conforms; gem install -q -N -l /root/gem/conforms-0.9.gem',
    foreign: {
      before: 'gem uninstall -q -a -x conforms; gem install -q -N -l /root/gem/conforms-0.9.gem',
      kept: 'test -e "$(gem env gemdir)/specifications/conforms-0.9.gemspec"',
    },
    holds: 'test -e "$(gem env gemdir)/specifications/conforms-1.0.gemspec"',
    undo: stays('other programs may use a gem by then'),
  },
  gitBare: {
    packages: ['git'],
    input: { path: '/srv/c/app.git', branch: 'main', owner: 'deploy' },
    absent: 'rm -rf /srv/c/app.git',
    wrong: ['echo "ref: refs/heads/old" >/srv/c/app.git/HEAD', 'chown root /srv/c/app.git'],
    foreign: {
      before: 'rm -rf /srv/c/app.git; mkdir /srv/c/app.git; echo theirs >/srv/c/app.git/notes',
      refused: /./,
      kept: 'grep -qx theirs /srv/c/app.git/notes; rm -r /srv/c/app.git',
    },
    holds:
      'grep -qx "ref: refs/heads/main" /srv/c/app.git/HEAD; test "$(stat -c %U /srv/c/app.git)" = deploy',
    undo: stays('nobody loses history by a step: `ops git-remote --undo` asks first'),
  },
  group: {
    input: { name: 'conforming', gid: 4321 },
    absent: 'sed -i /^conforming:/d /etc/group /etc/gshadow',
    wrong: 'sed -i s/^conforming:x:4321:/conforming:x:4329:/ /etc/group',
    foreign: {
      before: 'sed -i /^conforming:/d /etc/group /etc/gshadow; echo theirs:x:4321: >>/etc/group',
      refused: /4321/,
      kept: 'grep -qx theirs:x:4321: /etc/group; sed -i /^theirs:/d /etc/group',
    },
    holds: 'grep -qx "conforming:x:4321:" /etc/group',
    undo: { input: { name: 'conforming', state: 'absent' }, gone: '! grep -q ^conforming: /etc/group' },
  },
  hostname: {
    input: { name: 'conform.example.org' },
    absent: 'rm -f /etc/hostname',
    wrong: [
      'echo other >/etc/hostname',
      'sed -i "/^127.0.1.1/d" /etc/hosts; printf "127.0.1.1 old-alias # note\\n" >>/etc/hosts',
      'hostname other.example; sed -i "s/^127.0.1.1[[:blank:]]*/&other.example /" /etc/hosts',
    ],
    foreign: {
      before: 'echo "10.9.9.9 theirs" >>/etc/hosts; rm /etc/hostname',
      kept: 'grep -qx "10.9.9.9 theirs" /etc/hosts',
    },
    holds:
      'test "$(uname -n)/$(cat /etc/hostname)" = conform.example.org/conform.example.org; ! grep "127.0.1.1.*other" /etc/hosts',
    undo: stays('a host has a name always'),
  },
  line: {
    input: { path: '/srv/c/lines', line: 'key wanted', match: '^key ' },
    absent: 'printf "above\\nbelow\\n" >/srv/c/lines',
    wrong: 'printf "above\\nkey other\\nbelow\\n" >/srv/c/lines',
    foreign: {
      before: 'printf "#key theirs\\nxkey theirs" >/srv/c/lines',
      kept: 'test "$(grep -c theirs /srv/c/lines)" = 2',
    },
    holds: 'test "$(grep -c "^key wanted$" /srv/c/lines)" = 1; test "$(grep -c ^key /srv/c/lines)" = 1',
    undo: {
      input: { path: '/srv/c/lines', line: 'key wanted', state: 'absent' },
      gone: '! grep -q "^key wanted$" /srv/c/lines',
    },
  },
  link: {
    input: { path: '/srv/c/link', to: 'file' },
    absent: 'rm -f /srv/c/link',
    wrong: 'ln -sfn elsewhere /srv/c/link',
    foreign: {
      before: 'rm -f /srv/c/link; echo theirs >/srv/c/link',
      refused: /./,
      kept: 'grep -qx theirs /srv/c/link; rm /srv/c/link',
    },
    holds: 'test "$(readlink /srv/c/link)" = file',
    undo: stays('`file` with `state: absent` takes a link away'),
  },
  mysqlSettings: {
    packages: ['mariadb-server'],
    input: { settings: { 'max-connections': 77 }, name: 'zz-conforms' },
    absent: 'rm -f /etc/mysql/mariadb.conf.d/zz-conforms.cnf; systemctl restart mariadb',
    wrong: [
      'sed -i s/77/55/ /etc/mysql/mariadb.conf.d/zz-conforms.cnf',
      'mariadb -e "set global max_connections = 55"',
    ],
    neverAlone: {
      server: 'without a server nothing else is known',
      running: 'of a server that is down, no setting is known',
    },
    foreign: {
      before:
        'rm -f /etc/mysql/mariadb.conf.d/zz-conforms.cnf; printf "[mysqld]\\nmax_connections=33\\n" >/etc/mysql/mariadb.conf.d/zzz-theirs.cnf; systemctl restart mariadb',
      refused: /zzz-theirs/,
      kept: 'grep -qx max_connections=33 /etc/mysql/mariadb.conf.d/zzz-theirs.cnf; rm /etc/mysql/mariadb.conf.d/zzz-theirs.cnf',
    },
    holds: 'test "$(mariadb -BNe "select @@max_connections")" = 77',
    undo: stays('a setting has no absent state: remove its file with `file`'),
  },
  mysqlTables: {
    file: 'recipes/verify-filesystems/verify-filesystems.test.ts',
    title: 'broken tables are found, sound ones are not, and a database that is down is',
  },
  mysqlUser: {
    packages: ['mariadb-server'],
    input: {
      name: 'conforms',
      from: '192.0.2.7',
      rights: { conforms: ['SELECT'] },
      password: new Secret('x'),
    },
    setUp: 'mariadb -e "create database if not exists conforms"',
    absent: 'mariadb -e "drop user if exists conforms@192.0.2.7"',
    wrong: [
      'mariadb -e "grant insert on conforms.* to conforms@192.0.2.7"',
      'mariadb -e "revoke select on conforms.* from conforms@192.0.2.7"',
      'mariadb -e "alter user conforms@192.0.2.7 identified by \'other\'"',
      'mariadb -e "alter user conforms@192.0.2.7 account lock"',
    ],
    foreign: {
      before:
        'mariadb -e "drop user if exists conforms@192.0.2.7; create user conforms@192.0.2.8; grant insert on conforms.* to conforms@192.0.2.8"',
      kept: 'mariadb -BNe "show grants for conforms@192.0.2.8" | grep -q INSERT',
    },
    holds:
      'mariadb -BNe "show grants for conforms@192.0.2.7" | grep -q "GRANT SELECT ON .conforms"; ! mariadb -BNe "show grants for conforms@192.0.2.7" | grep -q INSERT',
    undo: {
      input: { name: 'conforms', from: '192.0.2.7', state: 'absent' },
      gone: 'test "$(mariadb -BNe "select count(*) from mysql.user where user=\'conforms\' and host=\'192.0.2.7\'")" = 0',
    },
  },
  option: {
    input: { path: '/srv/c/app.ini', format: 'python', section: 'app', key: 'debug', value: 'false' },
    absent: 'printf "[app]\\nother = 1\\n" >/srv/c/app.ini',
    wrong: 'printf "[app]\\ndebug = true\\nother = 1\\n" >/srv/c/app.ini',
    foreign: {
      before: 'printf "[theirs]\\ndebug = true\\n" >/srv/c/app.ini',
      kept: 'grep -A1 -F "[theirs]" /srv/c/app.ini | grep -q "debug = true"',
    },
    holds: `python3 -c 'import configparser as c; p = c.ConfigParser(); p.read("/srv/c/app.ini"); assert p["app"]["debug"] == "false"' 2>/dev/null || sed -n '/^.app/,/^.t/p' /srv/c/app.ini | grep -Eq '^debug *= *false$'`,
    undo: {
      input: { path: '/srv/c/app.ini', format: 'python', section: 'app', key: 'debug', state: 'absent' },
      gone: '! grep -q "debug *= *false" /srv/c/app.ini',
    },
  },
  repairedFilesystem: {
    file: 'recipes/verify-filesystems/verify-filesystems.test.ts',
    title: 'asks first, refuses what is mounted, repairs, and has nothing to do the second time',
  },
  restored: {
    file: 'runs/undo/kept.test.ts',
    title: 'lists what was there before, and puts it back as a step that is planned, kept in turn and proved',
  },
  restoredBackup: {
    input: { from: '/srv/c/copied', path: '/srv/c/lost/one', overwrite: true },
    setUp:
      'mkdir -p /srv/c/copied/2026-01-02T030405Z/srv/c/lost; echo good >/srv/c/copied/2026-01-02T030405Z/srv/c/lost/one',
    absent: 'rm -rf /srv/c/lost',
    wrong: [
      'echo bad >/srv/c/lost/one',
      'echo bad! >/srv/c/lost/one; touch -d 2020-01-01 /srv/c/lost/one',
      'chmod 0600 /srv/c/lost/one',
    ],
    neverAlone: {
      copy: 'without a copy there is nothing to compare',
      'other kind': 'what is of another kind is refused',
    },
    foreign: {
      before: 'rm -rf /srv/c/lost; mkdir -p /srv/c/lost/one; echo theirs >/srv/c/lost/one/inside',
      refused: /of another kind/,
      kept: 'grep -qx theirs /srv/c/lost/one/inside; rm -r /srv/c/lost/one',
    },
    holds: 'grep -qx good /srv/c/lost/one',
    undo: stays('what is brought back is what it is for'),
  },
  service: {
    input: { unit: 'conforms', running: true, enabled: true },
    setUp: `printf '[Service]\\nExecStart=/bin/sleep 98765\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/conforms.service; systemctl daemon-reload`,
    absent: 'systemctl disable --now -q conforms',
    wrong: [
      'systemctl stop conforms',
      'systemctl disable -q conforms',
      'echo >>/etc/systemd/system/conforms.service',
    ],
    foreign: {
      before:
        'systemctl disable --now -q conforms; mv /etc/systemd/system/conforms.service /root; ln -s /dev/null /etc/systemd/system/conforms.service; systemctl daemon-reload',
      refused: /is masked/,
      kept: 'test "$(readlink /etc/systemd/system/conforms.service)" = /dev/null; rm /etc/systemd/system/conforms.service; mv /root/conforms.service /etc/systemd/system; systemctl daemon-reload',
    },
    holds:
      'test -L /etc/systemd/system/multi-user.target.wants/conforms.service; pgrep -xf "/bin/sleep 98765"',
    undo: {
      input: { unit: 'conforms', running: false, enabled: false },
      gone: 'test ! -L /etc/systemd/system/multi-user.target.wants/conforms.service; ! pgrep -xf "/bin/sleep 98765"',
    },
  },
  sysctl: {
    input: { key: 'net.ipv4.tcp_rmem', value: '4096 99999 777777' },
    absent:
      'rm -f /etc/sysctl.d/99-zz-net.ipv4.tcp_rmem.conf; echo 4096 131072 6291456 >/proc/sys/net/ipv4/tcp_rmem',
    wrong: [
      'sed -i s/99999/88888/ /etc/sysctl.d/99-zz-net.ipv4.tcp_rmem.conf',
      'chmod 0666 /etc/sysctl.d/99-zz-net.ipv4.tcp_rmem.conf',
      'echo 4096 88888 777777 >/proc/sys/net/ipv4/tcp_rmem',
      'echo "# note" >>/etc/sysctl.d/99-zz-net.ipv4.tcp_rmem.conf',
    ],
    neverAlone: {
      file: 'what has no file has no line in it',
      boot: 'another file that is read later is refused',
    },
    foreign: {
      before: 'mkdir -p /run/sysctl.d; echo "-net/ipv4/tcp_rmem=4096 1 2" >/run/sysctl.d/zz-theirs.conf',
      refused: /zz-theirs.conf is read later at boot and sets net.ipv4.tcp_rmem to 4096 1 2/,
      kept: 'grep -q "4096 1 2" /run/sysctl.d/zz-theirs.conf; rm /run/sysctl.d/zz-theirs.conf',
    },
    holds:
      'sysctl -n net.ipv4.tcp_rmem | tr "\t" " " | grep -qx "4096 99999 777777"; echo 4096 1 2 >/proc/sys/net/ipv4/tcp_rmem; /usr/lib/systemd/systemd-sysctl; grep -qx "4096.99999.777777" /proc/sys/net/ipv4/tcp_rmem',
    undo: {
      input: { key: 'net.ipv4.tcp_rmem', state: 'absent' },
      gone: '! test -e /etc/sysctl.d/99-zz-net.ipv4.tcp_rmem.conf',
    },
  },
  timer: {
    input: { name: 'conforming', run: 'echo "100%" $HOME \'x\' >/srv/c/timed', at: '03:00', user: 'root' },
    absent:
      'systemctl disable -q --now conforming.timer; rm -f /etc/systemd/system/conforming.*; systemctl daemon-reload',
    wrong: [
      'systemctl stop conforming.timer',
      'systemctl disable -q conforming.timer',
      'echo "# changed" >>/etc/systemd/system/conforming.service',
      'echo "# changed" >>/etc/systemd/system/conforming.timer',
      'mkdir -p /etc/systemd/system/conforming.timer.d; : >/etc/systemd/system/conforming.timer.d/more.conf',
      'echo >>/etc/systemd/system/conforming.timer; systemctl daemon-reload',
      'echo >>/etc/systemd/system/conforming.service; systemctl daemon-reload',
      'touch /etc/systemd/system/conforming.service',
    ],
    foreign: {
      before:
        'printf "[Timer]\\nOnCalendar=daily\\n[Install]\\nWantedBy=timers.target\\n" >/etc/systemd/system/theirs.timer',
      kept: 'grep -q daily /etc/systemd/system/theirs.timer; rm /etc/systemd/system/theirs.timer',
    },
    holds:
      'rm -f /srv/c/timed; systemctl start conforming.service; grep -qx "100% /root x" /srv/c/timed; systemctl is-active -q conforming.timer; systemctl is-enabled -q conforming.timer',
    undo: stays('its parts are taken away as what they are: `service`, and `unit` with `state: absent`'),
  },
  timezone: {
    input: { zone: 'Europe/Berlin' },
    absent: 'rm -f /etc/localtime',
    wrong: ['ln -sfn /usr/share/zoneinfo/UTC /etc/localtime', 'echo Etc/UTC >/etc/timezone'],
    foreign: { before: 'rm -f /etc/localtime; cp /usr/share/zoneinfo/UTC /etc/localtime', kept: 'true' },
    holds: 'test "$(date -d @0 +%Z)/$(cat /etc/timezone)" = CET/Europe/Berlin',
    undo: stays('a host has a time zone always'),
  },
  user: {
    input: { name: 'conformist', shell: '/bin/bash', groups: ['games'] },
    absent:
      'sed -i "/^conformist:/d; s/conformist//" /etc/passwd /etc/shadow /etc/group /etc/gshadow; rm -rf /home/conformist',
    wrong: [
      'sed -i "/^conformist:/s,/bin/bash$,/bin/sh," /etc/passwd',
      'sed -i "/^games:/s/conformist//" /etc/group',
    ],
    foreign: {
      before:
        'sed -i "/^conformist:/d; s/conformist//" /etc/passwd /etc/shadow /etc/group /etc/gshadow; useradd -m -s /bin/sh -G tape conformist; echo theirs >/home/conformist/notes',
      kept: 'grep -qx theirs /home/conformist/notes; grep -q "^tape:.*conformist" /etc/group',
    },
    holds: 'grep -q "^conformist:.*:/bin/bash$" /etc/passwd; grep -q "^games:.*conformist" /etc/group',
    undo: { input: { name: 'conformist', state: 'absent' }, gone: '! grep -q ^conformist: /etc/passwd' },
  },
  waitFor: {
    file: 'runs/across/across.test.ts',
    title: 'a step waits until another host answers, and fails with what is there instead',
  },
  wholeFiles: {
    input: { path: '/srv/c/dumps' },
    wrong: 'mkdir -p /srv/c/dumps; : >/srv/c/dumps/a.sql',
    right: 'printf "insert into t values (1);\\n%2000s\\n" x >/srv/c/dumps/a.sql',
  },
}
