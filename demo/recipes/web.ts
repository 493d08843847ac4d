import {
  apt,
  assertion,
  directory,
  file,
  gitBare,
  group,
  line,
  link,
  option,
  recipe,
  user,
  z,
} from 'ops-recipes'

const site = '/etc/nginx/sites-available/ops-demo'

export default recipe({
  summary: 'A small web server with a site, a deploy user and a git repository to push to.',
  params: {
    listen: z.number().int().min(1).max(65535).default(8080).describe('Port that the site listens on.'),
    packages: z.boolean().default(true).describe('Install nginx: needs apt and a mirror that answers.'),
  },
  steps: ({ params }) => [
    params.packages && apt({ packages: ['nginx-light'], recommends: false }),
    group({ name: 'ops-demo' }),
    user({ name: 'ops-demo', group: 'ops-demo', shell: '/bin/sh' }),
    directory({ path: '/srv/ops-demo', owner: 'ops-demo', group: 'ops-demo', mode: '0755' }),
    file({
      path: '/srv/ops-demo/index.html',
      content: '<h1>Put here by ops</h1>\n',
      owner: 'ops-demo',
      group: 'ops-demo',
    }),
    params.packages && [
      file({ path: site, content: `server {\n  listen ${params.listen};\n  root /srv/ops-demo;\n}\n` }),
      link({ path: '/etc/nginx/sites-enabled/ops-demo', to: site }),
    ],
    option({ path: '/etc/ops-demo.ini', section: 'web', key: 'port', value: String(params.listen) }),
    line({ path: '/etc/ops-demo.hosts', line: '127.0.0.1 demo.internal', match: ' demo[.]internal$' }),
    gitBare({ path: '/srv/ops-demo.git', branch: 'main' }),
    assertion({
      name: 'the page is there',
      probe: 'cat /srv/ops-demo/index.html 2>/dev/null || echo absent',
      expect: '<h1>Put here by ops</h1>',
    }),
  ],
})
