/** How to make the programs of this machine use the tunnel, as far as they are there: told, never done. */
import type { Direction } from '../run/tunnel-state.ts'
import { proxyUrl } from './environment.ts'
import { pacPath } from './http-answer.ts'

/** What is looked at to choose. */
export interface Surrounding {
  readonly platform: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly hasProgram: (name: string) => boolean
}

/** Most specific first; curl and git always, as a check that needs no desktop. */
export function directionsFor(proxy: string, surrounding: Surrounding): readonly Direction[] {
  const { hasProgram } = surrounding
  const pac = `http://${proxy}${pacPath}`
  const url = proxyUrl(proxy)
  const chromium = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].find(hasProgram)
  const found: (Direction | undefined)[] = [
    desktop(pac, surrounding),
    hasProgram('firefox') || hasProgram('firefox-esr')
      ? {
          title: 'Firefox',
          set: [`Settings, Network Settings, Automatic proxy configuration URL: ${pac}`],
        }
      : undefined,
    chromium === undefined
      ? undefined
      : { title: 'Chromium', set: [`${chromium} --proxy-pac-url=${pac} --user-data-dir="$(mktemp -d)"`] },
    { title: 'Shell', set: [`export ALL_PROXY=${url} HTTPS_PROXY=${url} HTTP_PROXY=${url}`] },
    hasProgram('git') ? { title: 'git', set: [`git -c http.proxy=${url} clone https://...`] } : undefined,
    { title: 'curl', set: [`curl --proxy ${url} https://...`] },
  ]
  return found.filter(each => each !== undefined)
}

function desktop(pac: string, { platform, environment, hasProgram }: Surrounding): Direction | undefined {
  if (platform === 'darwin') {
    return {
      title: 'macOS',
      set: [`networksetup -setautoproxyurl Wi-Fi ${pac}`],
      unset: ['networksetup -setautoproxystate Wi-Fi off'],
    }
  }
  const name = environment.XDG_CURRENT_DESKTOP ?? environment.DESKTOP_SESSION ?? ''
  const hasDisplay = Boolean(environment.DISPLAY ?? environment.WAYLAND_DISPLAY)
  if (/kde|plasma/i.test(name)) {
    const program = environment.KDE_SESSION_VERSION === '6' ? 'kwriteconfig6' : 'kwriteconfig5'
    const write = `${program} --file kioslaverc --group "Proxy Settings" --key`
    return {
      title: 'KDE',
      set: [`${write} "Proxy Config Script" ${pac}`, `${write} ProxyType 2`],
      unset: [`${write} ProxyType 0`],
    }
  }
  if (
    /gnome|unity|cinnamon|budgie|pantheon|xfce|mate/i.test(name) ||
    (hasDisplay && hasProgram('gsettings'))
  ) {
    const set = 'gsettings set org.gnome.system.proxy'
    return {
      title: 'GNOME and programs that follow it',
      set: [`${set} autoconfig-url ${pac}`, `${set} mode auto`],
      unset: [`${set} mode none`],
    }
  }
  return undefined
}
