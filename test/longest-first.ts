/** Begins with the files that take longest, so that none of them is still at work alone when all others have ended. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes more than 20 s on two cores, longest first; what waits for deadlines of a host stands among what burns. */
export const longest = [
  'conformance/resources.test.ts',
  'conformance/applies.test.ts',
  'recipes/rails-dev.test.ts',
  'recipes/mysql-remote.test.ts',
  'resources/firewall-ufw.test.ts',
  'resources/apt-hosts.test.ts',
  'faults/h1-cut-access.test.ts',
  'recipes/guarded-backup.test.ts',
  'runs/access-packages.test.ts',
  'resources/service-hosts.test.ts',
  'resources/firewall-nftables.test.ts',
  'recipes/nginx-failover.test.ts',
  'recipes/ocaml-dev.test.ts',
  'faults/h2-cut-and-dead.test.ts',
  'releases/debian-13.test.ts',
  'jobs/copy.test.ts',
  'jobs/archive.test.ts',
  'runs/undo.test.ts',
  'faults/h3-slow-steps.test.ts',
  'resources/compose-project.test.ts',
  'resources/certificate.test.ts',
  'resources/postgres-settings.test.ts',
  'examples/first-hour-server.test.ts',
  'examples/postgres-server.test.ts',
  'recipes/verify-filesystems.test.ts',
  'jobs/dump.test.ts',
  'git-remote/git-remote.test.ts',
  'releases/debian-11.test.ts',
  'jobs/copy-audit.test.ts',
  'faults/e2-controller-ends.test.ts',
  'faults/h4-ways-in.test.ts',
  'transport/openssh.test.ts',
  'recipes/restore-backup.test.ts',
  'resources/option.test.ts',
  'logs/hive.test.ts',
  'jobs/load.test.ts',
  'jobs/archive-killed.test.ts',
  'jobs/dump-meanwhile.test.ts',
  'logs/sql.test.ts',
  'transport/as-ssh-does.test.ts',
  'jobs/archive-partitions.test.ts',
  'resources/service-enabled.test.ts',
  'git-remote/ways.test.ts',
  'jobs/own-mysql.test.ts',
  'jobs/schedule.test.ts',
  'resources/option/oracle.test.ts',
  'resources/mysql-user-hosts.test.ts',
  'jobs/queue.test.ts',
  'transport/ssh2.test.ts',
  'cli/command-line.test.ts',
  'engine/apply-host-on-bash.test.ts',
  'engine/apply-host-on-busybox.test.ts',
  'engine/apply-host-on-dash.test.ts',
  'faults/a1-cut-at-every-frame.test.ts',
  'faults/owed-restart.test.ts',
  'store/s3.test.ts',
  'cli/db-check.test.ts',
  'runs/access.test.ts',
  'faults/a5-out-of-reach.test.ts',
  'recipes/last-copies.test.ts',
  'engine/batch/runtime.test.ts',
  'jobs/job-files.test.ts',
  'faults/a3-silent-peer.test.ts',
  'cli/job.test.ts',
  'faults/a2-cut-in-an-upload.test.ts',
  'faults/a4-told-apart.test.ts',
  'faults/b3-b10-host.test.ts',
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
