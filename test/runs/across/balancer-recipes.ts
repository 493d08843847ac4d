/** Recipes of hosts behind a balancer, as `balancer.test.ts` runs them. */

export const files = {
  'lib/member.ts': `import { file, service } from 'ops-recipes'

export const pathOf = (name: string) => \`/etc/nginx/upstream.d/\${name}.conf\`

export const member = ({ name }: { readonly name: string }, state: 'in' | 'out') =>
  file({ path: pathOf(name), content: \`server \${name}:80\${state === 'out' ? ' down' : ''};\\n\` })

export const reloaded = (web: readonly { readonly name: string }[]) =>
  service({
    unit: 'nginx',
    running: true,
    follows: ['/etc/nginx/conf.d/shop.conf', ...web.map(each => pathOf(each.name))],
    onChange: 'reload',
  })
`,
  'recipes/balancer.ts': `import { directory, file, recipe } from 'ops-recipes'
import { member, reloaded } from '../lib/member.ts'
export default recipe({
  summary: 'A balancer of all web servers.',
  steps: ({ hosts }) => [
    directory({ path: '/etc/nginx/upstream.d' }),
    hosts('web').map(each => member(each, 'in')),
    file({
      path: '/etc/nginx/conf.d/shop.conf',
      content: \`upstream shop { include /etc/nginx/upstream.d/*.conf; }
server { listen 8080; location / { proxy_pass http://shop; proxy_next_upstream off; proxy_connect_timeout 2s; } }
\`,
    }),
    reloaded(hosts('web')),
  ],
})
`,
  'recipes/shop.ts': `import { command, drain, recipe, waitFor, z } from 'ops-recipes'
import { member, reloaded } from '../lib/member.ts'
export default recipe({
  summary: 'A version of the shop, which does not answer while it is brought.',
  params: { release: z.string(), breaks: z.boolean().default(false), held: z.boolean().default(false) },
  steps: ({ params: { release, breaks, held }, host, hosts }) => [
    drain({
      on: 'lb1',
      out: [member(host, 'out'), reloaded(hosts('web'))],
      in: [member(host, 'in'), reloaded(hosts('web'))],
      pauseSeconds: 1,
    }),
    command({
      run: \`systemctl stop nginx
\${held ? 'until [ -e /run/go ]; do sleep 0.05; done' : ':'}
\${breaks ? 'exit 1' : ':'}
echo \${release} >/var/www/html/release
systemctl start nginx\`,
      unless: \`grep -qx \${release} /var/www/html/release && systemctl -q is-active nginx\`,
    }),
    waitFor({ url: 'http://127.0.0.1/release', text: release }),
  ],
})
`,
  'recipes/pool.ts': `import { command, drain, file, output, recipe, z } from 'ops-recipes'
export const mark = output('mark', { run: 'echo mark' })
export default recipe({
  summary: 'A pool of which every member is a file.',
  params: {
    release: z.string().default('1'),
    seconds: z.coerce.number().default(0),
    once: z.boolean().default(false),
    asks: z.boolean().default(false),
    late: z.boolean().default(false),
  },
  steps: ({ params: { release, seconds, once, asks, late }, host, facts, fromHost }) => [
    once ? command({ run: 'touch /root/pool-once' + release, unless: '[ -e /root/pool-once' + release + ' ]' }, { onceFor: 'web' }) : [],
    asks ? file({ path: '/root/pool-asked', content: facts.hostname + fromHost('web2', mark) + release + '\\n' }) : [],
    late && facts.hostname === host.name ? drain({ on: 'web2', out: [file({ path: '/root/x', content: 'x' })], in: [file({ path: '/root/x', content: 'y' })] }) : [],
    drain({
      on: 'lb1',
      pauseSeconds: seconds,
      out: [
        file({ path: '/root/pool/' + host.name, content: 'down\\n' }),
        command({ run: '[ ! -e /root/no-out ]; touch /root/pool.out', unless: '[ -e /root/pool.out ] && [ ! -e /root/no-out ]' }),
      ],
      in: [
        file({ path: '/root/pool/' + host.name, content: 'up\\n' }),
        command({ run: '[ ! -e /root/no-in ] && touch /root/pool.in', unless: '[ -e /root/pool.in ] && [ ! -e /root/no-in ]' }),
      ],
    }),
    file({ path: '/root/pool-plain', content: 'plain\\n' }),
    file({ path: '/root/pool-release', content: release + '\\n' }),
    command({
      run: 'until [ ! -e /root/pool-held ]; do sleep 0.05; done; [ ! -e /root/pool-broken ] && echo ' + release + ' >/root/pool-done',
      unless: 'grep -qx ' + release + ' /root/pool-done && [ ! -e /root/pool-broken ]',
    }),
  ],
})
`,
  'site.ts': `import { on, site } from 'ops-recipes'
import balancer from './recipes/balancer.ts'
import shop from './recipes/shop.ts'
export default site([on('lb1', balancer), on('web', shop)])
`,
}
