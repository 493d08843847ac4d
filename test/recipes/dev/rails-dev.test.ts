import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

/** A gem with a part in C, made on the host: the gem sources may be out of reach. */
const nativeGem = `set -e
mkdir -p /root/native/ext/native /root/native/lib
cd /root/native
cat >native.gemspec <<'END'
Gem::Specification.new do |spec|
  spec.name = 'native'; spec.version = '1.0'; spec.summary = 'Says hello from C.'; spec.authors = ['test']
  spec.files = ['ext/native/native.c', 'ext/native/extconf.rb', 'lib/native.rb']
  spec.extensions = ['ext/native/extconf.rb']
end
END
echo 'require "mkmf"; create_makefile("native/native")' >ext/native/extconf.rb
echo 'require "native/native"' >lib/native.rb
cat >ext/native/native.c <<'END'
#include <ruby.h>
static VALUE hello(VALUE self) { return rb_str_new_cstr("hello from C"); }
void Init_native(void) { rb_define_global_function("native_hello", hello, 0); }
END
gem build native.gemspec
sed -e 's/ruby.h/not-there.h/' -i ext/native/native.c
sed -e "s/'native'; spec.version/'broken'; spec.version/" native.gemspec >broken.gemspec
gem build broken.gemspec
`

const gems = `
import { gem, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'A gem from a file.',
  params: { name: z.string().describe('Its name.') },
  steps: ({ params }) => [gem({ name: params.name, version: '1.0', file: '/root/native/' + params.name + '-1.0.gem' })],
})
`

/** What the recipe's packages bring along, and it does not name: most of them, which would take minutes each time. */
const broughtAlong = [
  ...['chromium-driver', 'dpkg-dev', 'fakeroot', 'g++', 'galera-4', 'git-man', 'gnupg'],
  ...['libcgi-fast-perl', 'libcurl3-gnutls', 'libdbd-mariadb-perl', 'libhtml-template-perl'],
  ...['libhttp-message-perl', 'libicu-dev', 'libjs-bootstrap4', 'libjs-d3', 'libpython3.11'],
  ...['libsass-dev', 'libssl-dev', 'mariadb-client-core', 'mariadb-server-core', 'mocha', 'nodejs-doc'],
  ...['php8.2-cli', 'php8.2-mbstring', 'php8.2-xml', 'python3-gi', 'ruby3.1-doc', 'samba-libs'],
  ...['sqlite3', 'vim-runtime', 'webpack', 'yarnpkg'],
]

describeReal('rails-dev on a minimal host', () => {
  const host = useHost({ storage: 'disk-without-sync', withPackages: broughtAlong })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/gems.ts': gems })
  })
  afterAll(() => folder?.remove())

  const ops = (...argv: string[]) => folder.ops([...argv, host().name, '-F', host().sshConfig])

  test(
    'brings everything, and has nothing to do the second time',
    async () => {
      const first = await ops('apply', 'rails-dev', '--yes')
      expect(first.stderr).toBe('')
      expect(first.code).toBe(0)
      const second = await ops('apply', 'rails-dev', '--yes')
      expect(second.stdout).toContain('nothing to do')
      expect((await ops('check', 'rails-dev')).code).toBe(0)
    },
    30 * 60_000,
  )

  test('a C program compiles, against the client library of the database too', async () => {
    const source =
      '#include <mysql.h>\n#include <stdio.h>\nint main(void) { puts(mysql_get_client_info()); return 0; }\n'
    await host().exec('cat >/root/client.c', { input: source })
    const said = await host().read(
      'cd /root && gcc client.c $(mysql_config --cflags --libs) -o client && ./client',
    )
    expect(said).toMatch(/^\d+\.\d+/)
  })

  test('PHP has its modules, and PHPUnit, Rails and the gems answer', async () => {
    const modules = (await host().read('php -m')).split('\n')
    expect(modules).toEqual(expect.arrayContaining(['curl', 'mysqli', 'pdo_mysql']))
    expect(await host().read('phpunit --version')).toContain('PHPUnit')
    expect(await host().read('cd / && rails --version')).toMatch(/^Rails \d/)
    const list = await host().read('gem list --local')
    for (const name of ['debug', 'nokogiri', 'puma']) expect(list).toMatch(new RegExp(`^${name} `, 'm'))
    expect(await host().read("vim --version | grep -o '+ruby'")).toBe('+ruby\n')
  })

  test('the database answers', async () => {
    expect(await host().read("mysql -e 'select 6 * 7'")).toContain('42')
  })

  test('a gem with a part in C is built, and one that cannot be built says why', async () => {
    await host().exec('cat >/root/make-gems.sh', { input: nativeGem })
    await host().read('sh /root/make-gems.sh')
    expect((await ops('apply', 'gems', '--name', 'native', '--yes')).code).toBe(0)
    expect(await host().read('ruby -e \'require "native"; puts native_hello\'')).toBe('hello from C\n')
    expect((await ops('check', 'gems', '--name', 'native')).code).toBe(0)
    const broken = await ops('apply', 'gems', '--name', 'broken', '--yes')
    expect(broken.code).toBe(1)
    expect(broken.stderr).toMatch(/gem install broken failed: .*not-there\.h: No such file or directory/)
  })

  test('its examples can be planned', async () => {
    const page = (await folder.ops(['recipes', 'rails-dev'])).stdout
    const examples = [...page.matchAll(/^ {2}ops apply rails-dev HOST ?(.*)$/gm)].map(([, words = '']) =>
      words.split(' ').filter(Boolean),
    )
    expect(examples.length).toBe(4)
    for (const words of examples) expect((await ops('plan', 'rails-dev', ...words)).stderr).toBe('')
  })

  test('the fonts are refused until their licence is accepted', async () => {
    const refused = await ops('plan', 'rails-dev', '--fonts')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('--fonts needs --accept-eula')
    const accepted = await ops('plan', 'rails-dev', '--fonts', '--accept-eula')
    expect(accepted.stdout).toContain('component contrib: absent -> present')
  })
})
