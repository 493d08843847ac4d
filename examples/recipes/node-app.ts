/** An application of Node: its runtime from a vendor's repository, its code from git, its unit, and nginx before it. */
import {
  apt,
  aptRepository,
  checkout,
  directory,
  file,
  link,
  recipe,
  secret,
  service,
  timer,
  unit,
  user,
  z,
} from 'ops-recipes'

export default recipe({
  summary:
    "A Node application behind nginx, with the vendor's Node, a secret in its environment and a nightly job.",
  description: `The application is what a branch of a repository holds, and runs as a user of its own from a folder that it
cannot write to. It is started anew when its code, its environment or its unit is another.`,
  examples: [
    {
      title: 'Node 22 of NodeSource',
      params: { repository: 'https://git.example.org/app.git', domain: 'app.example.org', token: 'x' },
    },
  ],
  params: {
    repository: z.string().describe('Where the code is.'),
    branch: z.string().default('main').describe('Which branch runs.'),
    domain: z.string().describe('The name that it answers to.'),
    token: secret().describe('What the application finds as API_TOKEN.'),
    port: z.number().int().default(3000).describe('Where it listens, on this host alone.'),
    vendor: z
      .string()
      .default('https://deb.nodesource.com/node_22.x')
      .describe('The repository of its runtime.'),
    suite: z.string().default('nodistro').describe('Its suite.'),
    vendorKey: z
      .string()
      .default('https://deb.nodesource.com/gpgkey/nodesource-repo.gpg.key')
      .describe('The key that signs it.'),
    fingerprint: z.string().default('6F71F525282841EEDAF851B42F59B5F99B1BE0B4').describe('Of that key.'),
  },
  steps: ({ params: { repository, branch, domain, token, port, vendor, suite, vendorKey, fingerprint } }) => [
    aptRepository({
      name: 'node',
      url: vendor,
      suites: [suite],
      components: ['main'],
      key: vendorKey,
      fingerprint,
    }),
    apt({ packages: ['nodejs', 'git', 'nginx'], recommends: false }),
    user({ name: 'app', system: true, home: '/srv/app', shell: '/usr/sbin/nologin' }),
    checkout({ url: repository, path: '/srv/app', branch }),
    directory({ path: '/var/lib/app', owner: 'app', group: 'app', mode: '0750' }),
    file({ path: '/etc/app.env', template: 'app.env', vars: { token }, mode: '0600', owner: 'root' }),
    unit({
      name: 'app.service',
      content: `[Unit]
Description=The application
After=network.target

[Service]
User=app
WorkingDirectory=/srv/app
Environment=NODE_ENV=production PORT=${port} STATE_DIRECTORY=/var/lib/app
EnvironmentFile=/etc/app.env
ExecStart=/usr/bin/node server.js
Restart=on-failure
ProtectSystem=strict
ReadWritePaths=/var/lib/app
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`,
    }),
    service({
      unit: 'app',
      running: true,
      enabled: true,
      follows: ['/srv/app', '/etc/app.env', '/etc/systemd/system/app.service'],
      listens: [String(port)],
    }),
    file({
      path: '/etc/nginx/sites-available/app',
      content: `server {
    listen 80;
    server_name ${domain};
    location / {
        proxy_pass http://127.0.0.1:${port};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
}
`,
    }),
    link({ path: '/etc/nginx/sites-enabled/app', to: '../sites-available/app' }),
    file({ path: '/etc/nginx/sites-enabled/default', state: 'absent' }),
    service({
      unit: 'nginx',
      running: true,
      enabled: true,
      follows: ['/etc/nginx/sites-available/app', '/etc/nginx/sites-enabled'],
      onChange: 'reload',
    }),
    timer({ name: 'app-nightly', user: 'app', at: '03:15', run: 'cd /srv/app && exec node nightly.js' }),
  ],
})
