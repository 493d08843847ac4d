/** Begins with the files that take longest, so that none of them is still at work alone when all others have ended. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What took more than 20 s when all ran at once on two cores, longest first: they mostly wait, for apt and for deadlines of hosts. */
export const longest = [
  'recipes/ocaml-dev.test.ts',
  'conformance/applies.test.ts',
  'recipes/rails-dev.test.ts',
  'releases/releases.test.ts',
  'recipes/mysql-remote.test.ts',
  'resources/apt-hosts.test.ts',
  'faults/h1-cut-access.test.ts',
  'runs/access-packages.test.ts',
  'faults/h2-cut-and-dead.test.ts',
  'faults/h3-slow-steps.test.ts',
  'resources/service-hosts.test.ts',
  'faults/owed-restart.test.ts',
  'faults/h4-ways-in.test.ts',
  'jobs/schedule.test.ts',
  'recipes/nginx-failover.test.ts',
  'recipes/guarded-backup.test.ts',
  'faults/e2-controller-ends.test.ts',
  'transport/openssh.test.ts',
  'transport/ssh2.test.ts',
  'transport/as-ssh-does.test.ts',
  'jobs/archive.test.ts',
  'engine/apply-host-on-bash.test.ts',
  'engine/apply-host-on-busybox.test.ts',
  'engine/apply-host-on-dash.test.ts',
  'git-remote/ways.test.ts',
  'git-remote/git-remote.test.ts',
  'faults/a5-out-of-reach.test.ts',
  'jobs/copy.test.ts',
  'conformance/resources.test.ts',
  'jobs/archive-killed.test.ts',
  'runs/access.test.ts',
  'recipes/last-copies.test.ts',
  'resources/service-enabled.test.ts',
  'engine/batch-runtime.test.ts',
  'jobs/job-files.test.ts',
  'store/s3.test.ts',
  'faults/a3-silent-peer.test.ts',
  'cli/db-check.test.ts',
  'recipes/verify-filesystems.test.ts',
  'resources/option.test.ts',
  'cli/job.test.ts',
  'faults/a1-cut-at-every-frame.test.ts',
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
