import { afterAll, beforeAll } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { Controller } from '../instruments/controller.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { hostHasFull, hostRefuses } from '../instruments/full-and-read-only.ts'
import {
  attributesThatStay,
  editedFiles,
  movedSince,
  refusingValidators,
} from '../instruments/odd-contents.ts'
import { linksAsTargets, oddTargets } from '../instruments/odd-targets.ts'
import { anySteps, oneStepCases } from '../instruments/one-step.ts'

describeReal('a file that is not what one would expect', () => {
  const host = useHost({ withPackages: ['acl', 'attr'] })
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(anySteps)
  })
  afterAll(() => controller?.remove())

  const rows = [
    { id: 'C3', title: 'a link is followed to a regular file and no further', cases: linksAsTargets },
    { id: 'C4', title: 'a mount, directory, device, pipe or second name is left alone', cases: oddTargets },
    { id: 'C5', title: 'bytes that are not ours survive an edit as they are', cases: editedFiles },
    { id: 'C6', title: 'what moved since the plan is not overwritten', cases: movedSince },
    {
      id: 'C7',
      title: 'a validator that refuses, dies or meddles leaves the old file',
      cases: refusingValidators,
    },
    { id: 'C8', title: 'mode, owner, ACL and extended attributes stay', cases: attributesThatStay },
    { id: 'B6', title: 'a full disk, or one without inodes, changes nothing', cases: hostHasFull },
    { id: 'B7', title: 'what is read-only, immutable or not executable is told apart', cases: hostRefuses },
  ] as const
  for (const { id, title, cases } of rows) {
    faultClass({
      id,
      title,
      invariants: ['I1', 'I2', 'I3', 'I4', 'I5', 'I7', 'I8'],
      quick: 1,
      cases: () => oneStepCases(host, () => controller, cases),
    })
  }
})
