import { expect, test } from 'vitest'
import { changeOf } from '../../../src/engine/diff.ts'
import { service } from '../../../src/resources/service.ts'
import { parsed } from '../shells.ts'

const { definition } = service
const nginx = parsed(service, {
  unit: 'nginx',
  running: true,
  enabled: true,
  follows: ['/etc/nginx/nginx.conf'],
  onChange: 'reload',
})
const stopped = parsed(service, { unit: 'apt-daily.timer', running: false, enabled: false })

/** What Debian 12 with systemd 252 printed. */
test.each([
  ['runs', nginx, 'unit=loaded\nrunning=yes\nenabled=yes\nloaded=yes\n', []],
  [
    'runs with an older configuration',
    nginx,
    'unit=loaded\nrunning=yes\nenabled=yes\nloaded=no\n',
    ['loaded'],
  ],
  ['is not there yet', nginx, 'unit=absent\n', ['running', 'enabled']],
  ['has failed', nginx, 'unit=loaded\nrunning=failed\nenabled=yes\nloaded=yes\n', ['running']],
  ['is not started at boot', nginx, 'unit=loaded\nrunning=yes\nenabled=no\nloaded=yes\n', ['enabled']],
  ['is static', nginx, 'unit=loaded\nrunning=yes\nenabled=static\nloaded=yes\n', []],
  ['comes from /etc/fstab', nginx, 'unit=loaded\nrunning=yes\nenabled=generated\nloaded=yes\n', []],
  ['is pulled in by nothing', nginx, 'unit=loaded\nrunning=yes\nenabled=none\nloaded=yes\n', ['enabled']],
  [
    'has other links than its [Install] asks for',
    nginx,
    'unit=loaded\nrunning=yes\nenabled=missing a.target.wants\nloaded=yes\n',
    ['enabled'],
  ],
  [
    'has an older definition than its file',
    nginx,
    'unit=loaded\nrunning=yes\nenabled=yes\ndefinition=old\nloaded=yes\n',
    ['definition'],
  ],
  [
    'is enabled until the next boot',
    nginx,
    'unit=loaded\nrunning=yes\nenabled=enabled-runtime\nloaded=yes\n',
    ['enabled'],
  ],
  ['is off', stopped, 'unit=loaded\nrunning=no\nenabled=no\n', []],
  ['is off until the next boot', stopped, 'unit=masked\nrunning=no\nenabled=masked-runtime\n', []],
  ['is masked over links', stopped, 'unit=masked\nrunning=no\nenabled=mask over links\n', ['enabled']],
  ['is transient', stopped, 'unit=loaded\nrunning=no\nenabled=transient\n', []],
  ['is off by being masked', stopped, 'unit=masked\nrunning=no\nenabled=masked\n', []],
  ['is off by being absent', stopped, 'unit=absent\n', []],
  ['is off by having failed', stopped, 'unit=loaded\nrunning=failed\nenabled=no\n', []],
  ['is on', stopped, 'unit=loaded\nrunning=yes\nenabled=yes\n', ['running', 'enabled']],
])('a unit that %s', (_what, params, observation, keys) => {
  const change = changeOf(definition, definition.parse(observation, params), definition.desired(params))
  expect(change?.keys.map(({ key }) => key) ?? []).toEqual(keys)
})

test.each([
  [nginx, 'unit=masked\nrunning=no\nenabled=masked\nloaded=yes\n', 'nginx.service is masked'],
  [nginx, 'unit=loaded\nrunning=yes\nenabled=yes\nloaded=no\nreload=no\n', 'nginx.service cannot reload'],
  [
    stopped,
    'unit=loaded\nrunning=yes\nenabled=static\n',
    'apt-daily.timer is static: it has nothing to disable',
  ],
])('%# says what cannot come about', (params, observation, why) => {
  expect(definition.impossible?.(definition.parse(observation, params), params)).toContain(why)
})

test.each([
  [{ unit: 'nginx' }],
  [{ unit: 'nginx*', running: true }],
  [{ unit: '-n', running: true }],
  [{ unit: 'a b', running: true }],
  [{ unit: '../nginx', running: true }],
  [{ unit: 'getty@', running: true }],
  [{ unit: 'getty@.service', running: true }],
  [{ unit: 'nginx', follows: ['nginx.conf'] }],
  [{ unit: 'nginx', follows: ['/etc/a\nb'] }],
  [{ unit: 'nginx', running: false, follows: ['/etc/nginx'] }],
  [{ unit: 'nginx', running: true, listens: ['80; id'] }],
])('params %j are refused', params => {
  expect(service(params).problems).not.toEqual([])
})

test('one unit is one step, however it is written', () => {
  expect(service({ unit: 'nginx.service', running: true }).name).toBe('service nginx')
  expect(service({ unit: 'getty@tty1', running: true }).problems).toEqual([])
})

test('output that was cut short is an error, not a state', () => {
  expect(() => definition.parse('', nginx)).toThrow()
  expect(() => definition.parse('unit=loaded\nrunning=yes\n', nginx)).toThrow('cut short')
})
