/** A development machine for Ruby on Rails and PHP: compilers, languages, a database and the gems that go with them. */
import { apt, gem, inputError, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A development machine: compiler, git, PHP, Ruby on Rails, a database, gems.',
  description: `Every group can be switched off (\`--no-php\`, \`--no-rails\`, \`--database none\`, \`--no-gems\`). Names of packages
differ between releases: the first one that the host's lists know is taken, and what is installed already counts first.

Rails alone recommends much, a browser for tests included: on a bare Debian 12 it all comes to 944 packages and
1.8 GB; with \`--no-recommends\` to 527 and 0.9 GB.

\`--database mysql\` takes MySQL where the release has it, and what the release puts in its place where it has not: on
Debian that is MariaDB. \`--fonts\` brings Microsoft's core fonts: their licence has to be accepted with
\`--accept-eula\`, and their package fetches them from the web while it is installed. Gems come from the gem sources
that the host has configured, unless a package brought them.`,
  examples: [
    { title: 'Everything but the fonts', params: {} },
    { title: 'Ruby only, without a database', params: { php: false, database: 'none' } },
    { title: 'About half as much, without what is only recommended', params: { recommends: false } },
    { title: 'With the fonts, their licence having been read', params: { fonts: true, acceptEula: true } },
  ],
  params: {
    php: z.boolean().default(true).describe('PHP on the command line, PHPUnit and the curl module.'),
    rails: z.boolean().default(true).describe('Ruby with its headers, Rails and its support for vim.'),
    database: z
      .enum(['mysql', 'mariadb', 'none'])
      .default('mysql')
      .describe('Server, client and client headers; with PHP also its module.'),
    gems: z
      .boolean()
      .default(true)
      .describe('The gems debug, nokogiri and puma, and what they are built with.'),
    recommends: z
      .boolean()
      .default(true)
      .describe('Also what these packages recommend, as apt does by itself.'),
    fonts: z.boolean().default(false).describe("Microsoft's core fonts; needs --accept-eula."),
    acceptEula: z.boolean().default(false).describe('Accept the licence of the fonts.'),
  },
  steps: ({ params, facts }) => {
    if (params.fonts && !params.acceptEula) {
      throw inputError("--fonts needs --accept-eula: read Microsoft's licence of the core fonts first", {
        next: 'The package ttf-mscorefonts-installer shows it when it is installed by hand. Then add --accept-eula.',
      })
    }
    const packages = (...names: string[]) =>
      apt({ packages: names, ...(!params.recommends && { recommends: false }) })
    return [
      // git recommends the certificates, and clones nothing over https without them.
      packages('build-essential', 'git', 'ca-certificates'),
      params.php && packages('php-cli', 'php-curl', 'phpunit'),
      params.rails && packages('ruby-full', 'rails', 'vim-ruby | vim-nox', 'vim-rails'),
      params.database !== 'none' && packages(...database[params.database]),
      params.database !== 'none' && params.php && packages('php-mysql'),
      params.gems && [
        packages('ruby', 'ruby-dev', 'libxml2-dev', 'libxslt1-dev', 'zlib1g-dev'),
        gem({ name: 'debug' }),
        gem({ name: 'nokogiri' }),
        gem({ name: 'puma' }),
      ],
      // Last, since they fetch from servers that are often away.
      params.fonts &&
        apt({
          packages: ['ttf-mscorefonts-installer'],
          components: [facts.os.id === 'ubuntu' ? 'multiverse' : 'contrib'],
          debconf: ['ttf-mscorefonts-installer msttcorefonts/accepted-mscorefonts-eula select true'],
        }),
    ]
  },
})

/** Debian and Ubuntu name them differently, and so do their releases. */
const database = {
  mysql: [
    'mysql-server | default-mysql-server',
    'mysql-client | default-mysql-client',
    'libmysqlclient-dev | default-libmysqlclient-dev',
  ],
  mariadb: ['mariadb-server', 'mariadb-client', 'libmariadb-dev'],
}
