/** Begins with the files that take longest, so that none of them is still at work alone when all others have ended. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes more than 35 s in a whole run on two cores, longest first. */
export const longest = [
  'conformance/applied/applies.test.ts',
  'conformance/applied/changed-by-others.test.ts',
  'conformance/looks.test.ts',
  'conformance/spoilt-programs.test.ts',
  'conformance/hostile.test.ts',
  'conformance/resources.test.ts',
  'resources/compose-project/compose-project.test.ts',
  'recipes/mysql-remote/settings.test.ts',
  'recipes/mysql-remote/mysql-remote.test.ts',
  'recipes/mysql-remote/accounts.test.ts',
  'recipes/backup/guarded-backup.test.ts',
  'recipes/backup/lost-source.test.ts',
  'resources/certificate/certificate.test.ts',
  'resources/firewall/ufw.test.ts',
  'recipes/nginx-failover/nginx-failover.test.ts',
  'jobs/dump/dump.test.ts',
  'resources/apt/hosts.test.ts',
  'resources/firewall/nftables.test.ts',
  'resources/service/hosts.test.ts',
  'recipes/dev/rails-dev.test.ts',
  'recipes/verify-filesystems/verify-filesystems.test.ts',
  'git-remote/git-remote.test.ts',
  'git-remote/undo.test.ts',
  'resources/option/option.test.ts',
  'jobs/archive/archive.test.ts',
  'jobs/archive/restore.test.ts',
  'runs/undo/undo.test.ts',
  'jobs/copy/audit.test.ts',
  'resources/postgres/settings.test.ts',
  'jobs/copy/copy.test.ts',
  'jobs/shard/shards.test.ts',
  'git-remote/ways.test.ts',
  'runs/across/across.test.ts',
  'runs/access/access-packages.test.ts',
  'runs/across/balancer.test.ts',
  'resources/option/oracle.test.ts',
  'jobs/load/load.test.ts',
  'recipes/backup/restore-backup.test.ts',
  'logs/hive.test.ts',
  'jobs/servers/own-mysql.test.ts',
  'faults/controller/e2-controller-ends.test.ts',
  'transport/openssh.test.ts',
  'releases/debian-11.test.ts',
  'resources/service/enabled.test.ts',
  'releases/debian-13.test.ts',
  'resources/mysql/user-hosts.test.ts',
  'logs/sql.test.ts',
  'resources/option/forms.test.ts',
  'faults/access/h3-slow-steps.test.ts',
  'faults/connection/a1-cut-at-every-frame.test.ts',
  'jobs/queue/queue.test.ts',
  'recipes/dev/ocaml-dev.test.ts',
  'transport/ssh2.test.ts',
  'transport/as-ssh-does.test.ts',
  'jobs/archive/partitions.test.ts',
  'store/s3.test.ts',
  'faults/access/h4-ways-in.test.ts',
  'jobs/archive/killed.test.ts',
  'cli/db-check.test.ts',
  'engine/apply-host-on-bash.test.ts',
  'jobs/job/schedule.test.ts',
  'jobs/job/files.test.ts',
  'faults/access/h1-cut-access.test.ts',
  'examples/postgres-server.test.ts',
  'engine/apply-host-on-dash.test.ts',
  'cli/command-line.test.ts',
  'jobs/dump/meanwhile.test.ts',
  'faults/access/h2-cut-and-dead.test.ts',
  'engine/apply-host-on-busybox.test.ts',
  'faults/connection/a4-told-apart.test.ts',
  'runs/access/access.test.ts',
  'cli/local-run.test.ts',
  'examples/first-hour-server.test.ts',
  'docs/how-to.test.ts',
  'faults/connection/a5-out-of-reach.test.ts',
  'faults/connection/a3-silent-peer.test.ts',
  'resources/file/file.test.ts',
  'mysql/real-servers.test.ts',
  'runs/many-hosts.test.ts',
]

/** Those that are not listed follow in the order that vitest knows: of the times of an earlier run, or of their sizes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.indexOf(relative(`${this.ctx.config.root}/test`, moduleId))
      return found === -1 ? longest.length : found
    }
    return sorted.sort((one, other) => place(one) - place(other))
  }
}
