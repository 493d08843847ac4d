import { expect, test } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { Interrupt } from '../../src/run/interrupt.ts'
import { runCommand } from '../../src/run/run-command.ts'

test('what a command prints is to be had byte for byte, beside the text that is told', async () => {
  const events: RunEvent[] = []
  const printed: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  const outcome = await runCommand({
    hosts: [{ target: { name: 'here', destination: 'local', backend: 'local' } }],
    command: `printf '\\377\\000\\303\\n'; printf '\\200' >&2; exit 3`,
    limit: 1,
    emit: event => events.push(event),
    interrupt: new Interrupt(),
    bytes: (_host, stream, bytes) => printed[stream].push(bytes),
  })
  expect(Buffer.concat(printed.stdout)).toEqual(Buffer.from([0xff, 0, 0xc3, 0x0a]))
  expect(Buffer.concat(printed.stderr)).toEqual(Buffer.from([0x80]))
  expect(outcome.hosts.here).toMatchObject({ status: 'failed', exitCode: 3 })
  const told = events.flatMap(each =>
    each.event === 'output' && each.stream === 'stdout' ? [each.text] : [],
  )
  expect(told.join('')).toBe('\ufffd\0\ufffd\n')
})
