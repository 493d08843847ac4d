/** What `ops undo` does about a step of each resource that changed something, in a sentence. */
import type * as all from '../all.ts'

const asItWas = 'Its file is put back as it was, or goes where there was none.'
const looksOnly = 'It changes nothing, and so there is nothing to take back.'
const stays = (why: string) => `Nothing, and the plan says so: ${why}.`

export const undoWords: Readonly<Record<keyof typeof all, string>> = {
  alternative: 'The former choice comes back, or the automatic one.',
  apt: 'What it installed goes, and what it removed comes again, in the version of today. What came along with it stays, and so does configuration.',
  aptPin: asItWas,
  aptRepository: 'Its files are put back as they were. Package lists stay until they are fetched again.',
  archive: stays('what was in the folder before is not kept'),
  assertion: looksOnly,
  authorizedKey: 'The file of keys is put back as it was.',
  backup: stays('generations that were made or taken away remain so'),
  certificate:
    'One that it brought goes, with its renewal; another `hook` is the former one again. What the ACME server has issued, or what was deleted, stays so.',
  checkout: stays('`git reflog` in the folder knows the commit that was there before'),
  command: stays('nobody knows what a command did'),
  composeProject:
    'A project of which no container was there goes; another comes up again with its former files. Volumes and images stay.',
  debconf: 'The former answer comes back, unless it was a password.',
  directory:
    'One that it made goes, unless somebody has put something into it since; another has its former mode and owner again. One that it removed does not come back.',
  divert: 'The diversion goes, or leads again where it led.',
  download: asItWas,
  file: 'It is put back as it was, or goes where there was none.',
  filesystems: looksOnly,
  firewall:
    'One that it set up where there was none goes again. Other rules of ufw, and those that the kernel runs by nftables, stay until the next boot or `ufw` says otherwise.',
  gem: stays('`gem list` says which versions are there'),
  gitBare: stays('a repository may hold what was pushed since'),
  group: 'One that it made goes. One that it removed, or the number that it changed, does not come back.',
  hostname: 'The former name, now and at the next boot.',
  line: asItWas,
  link: asItWas,
  locale: 'Its files are put back as they were: the next login and the next boot have the former language.',
  mount:
    'One that is new is unmounted, where nobody uses it, and leaves fstab; else fstab is put back as it was.',
  mysqlDatabase: stays('no database is ever dropped'),
  mysqlSettings:
    'Its files are put back as they were. The server goes on with what it runs until it is started anew, and the plan says so.',
  mysqlTables: looksOnly,
  mysqlUser: stays('a password that was there is known to the server alone'),
  option: asItWas,
  postgresDatabase: stays('no database is ever dropped'),
  postgresRole: stays('a password that was there is known to the server alone'),
  postgresSettings:
    'The former settings come back, and the server loads them, or is started anew where it must.',
  repairedFilesystem: stays('what fsck mended remains so'),
  restoredBackup: 'Files that it replaced are put back; what it added stays.',
  service:
    'Stopped or started, enabled or disabled as it was. One that ran on loads the files that are put back, after all other steps.',
  swapFile: 'One that it made goes out of use and is removed; another has its former size again.',
  sysctl:
    'Its file is put back as it was. The kernel goes on with the value of the run, and the plan says which.',
  timer: 'Its units are put back as they were, or stopped and removed where there were none.',
  timezone: 'The former time zone.',
  unit: 'Its file is put back as it was; one that is new goes, once it is stopped.',
  user: 'One that it made goes, but for its home folder and what it owns; changed fields are the former ones again. One that it removed, or a membership that it gave, stays so.',
  waitFor: looksOnly,
  wholeFiles: looksOnly,
}
