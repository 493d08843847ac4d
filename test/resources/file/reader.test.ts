/** What a plan says of files that cron or sudo would leave out, held against the real ones: what it says nothing of is read. */
import { expect, test } from 'vitest'
import { file } from '../../../src/index.ts'
import { readerNotes } from '../../../src/resources/file/reader.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const job = '* * * * * root true'
const script = '#!/bin/sh\n'

test.each([
  ['/etc/cron.d/a.job', { content: `${job}\n` }, ['other characters than letters, digits, _ and -:']],
  ['/etc/cron.d/a-job', { content: job }, ['has no line break at its end']],
  ['/etc/cron.d/a', { content: `${job}\n`, mode: '0664' }, ['its group or others may write']],
  ['/etc/cron.d/a', { content: `A=1%2\n# 5%\n${job}; date +%F\n` }, ['ends at its first %']],
  ['/etc/cron.d/a_job', { content: `A=1%2\n# 5%\n${job}; date +\\%F\n`, mode: '0644' }, []],
  ['/etc/cron.daily/clean.sh', { content: script, mode: '0755' }, ['other characters than letters']],
  ['/etc/cron.daily/clean', { content: script, mode: '0644' }, ['may not be executed']],
  ['/etc/cron.daily/clean', { content: script }, ['may not be executed (mode 0644)']],
  ['/etc/cron.daily/clean', { content: script, mode: '0755' }, []],
  ['/etc/sudoers.d/john.doe', { content: '# none\n', mode: '0440' }, ['sudo reads no file']],
  ['/etc/sudoers.d/john_doe', { content: '# none\n', mode: '0440' }, []],
  ['/etc/cron.d/deep/a.b', { content: job }, []],
] as const)('of %s it says what would keep it from counting', (path, given, said) => {
  const { definition } = file
  const params = definition.prepare?.(definition.params.parse({ path, ...given }), { folder: '/' })
  const change = { actual: { state: 'absent' }, desired: { state: 'present' }, keys: [] }
  expect(definition.notes?.('', params as never, '', change)).toEqual(
    said.map(each => expect.stringContaining(each)),
  )
})

test('of a file that is there, and keeps a mode that was not looked at, it says nothing about that', () => {
  const { definition } = file
  const params = definition.params.parse({ path: '/etc/cron.daily/clean', content: script })
  const change = { actual: { state: 'present' }, desired: { state: 'present' }, keys: [] }
  expect(definition.notes?.('', params as never, '', change)).toEqual([])
})

describeReal('cron itself', () => {
  const host = useHost({ name: 'cron1', withPackages: ['cron'] })

  test('runs what nothing is said of, and ignores the others', async () => {
    const files = {
      fine: [`@reboot root touch /root/ran-fine\n`, '0644'],
      'with.dot': ['@reboot root touch /root/ran-dot\n', '0644'],
      unended: ['@reboot root touch /root/ran-unended', '0644'],
      open: ['@reboot root touch /root/ran-open\n', '0666'],
      percent: ['@reboot root touch /root/ran-%x\n', '0644'],
    } as const
    const noted = Object.entries(files).map(([name, [text, mode]]) =>
      readerNotes({ path: `/etc/cron.d/${name}`, mode, content: { kind: 'text', text } }).length > 0
        ? name
        : '',
    )
    expect(noted.filter(each => each !== '')).toEqual(['with.dot', 'unended', 'open', 'percent'])
    for (const [name, [text, mode]] of Object.entries(files))
      await host().read(`cat >/etc/cron.d/${name}; chmod ${mode} /etc/cron.d/${name}`, { input: text })
    await host().read('rm -f /run/crond.reboot; systemctl restart cron')
    await expect.poll(async () => host().read('ls /root'), { timeout: 60_000 }).toContain('ran-fine')
    const ran = async () =>
      (await host().read('ls /root')).split('\n').filter(each => each.startsWith('ran-'))
    await expect.poll(ran, { timeout: 60_000 }).toEqual(['ran-', 'ran-fine'])
  })
})
