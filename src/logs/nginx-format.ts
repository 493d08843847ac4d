/** Reads an nginx `log_format`: variables between literal text. */
import { type Escaping, type FormatPart, formatOf, type LogField, type LogFormat } from './format.ts'

const numbers =
  'body_bytes_sent bytes_sent status request_time request_length msec connection connection_requests pid gzip_ratio remote_port server_port proxy_protocol_port connections_active content_length ssl_session_reused tcpinfo_rtt connection_time'
const words =
  'remote_addr binary_remote_addr realip_remote_addr server_addr host hostname server_name scheme http_host request_method server_protocol request_id ssl_protocol ssl_cipher pipe proxy_protocol_addr geoip_country_code upstream_cache_status https http2 http3 nginx_version'
const classes = new Map<string, LogField['holds']>([
  ...numbers.split(' ').map(name => [name, 'number'] as const),
  ...words.split(' ').map(name => [name, 'word'] as const),
])
const times: Readonly<Record<string, LogField['time']>> = {
  time_local: 'local',
  time_iso8601: 'iso8601',
  msec: 'seconds',
}

const otherNames =
  /^(?:(?:arg|cookie|http|sent_http|sent_trailer|upstream|ssl|time|request|remote|server|geoip2?|limit|fastcgi|proxy|gzip|document|realpath|connections?|tcpinfo|quic|http3?|secure_link|session|slice|spdy|userid|uid)_\w+|request|uri|args|is_args|query_string|request_uri|bytes_sent)$/

/** As far as is known: modules and maps bring more. */
export function isNginxVariable(name: string): boolean {
  return classes.has(name) || times[name] !== undefined || otherNames.test(name)
}

/** A field for a variable of nginx. */
function nginxField(name: string): LogField {
  const time = times[name]
  if (time !== undefined) return { name, holds: time === 'seconds' ? 'number' : 'time', time }
  return { name, holds: classes.get(name) ?? 'text' }
}

/**
 * Reads the text of a format as nginx sees it, quotes of its configuration taken away. For other lines than nginx's,
 * `${NAME:number}` and `${NAME:word}` say what a field may hold.
 */
export function nginxFormat(text: string, escaping: Escaping = 'hex', name = text): LogFormat {
  const parts: FormatPart[] = []
  let from = 0
  for (const match of text.matchAll(/\$(?:\{(\w+)(?::(word|number|text))?\}|(\w+))/g)) {
    const [, braced, holds, bare] = match
    const field = nginxField(braced ?? bare ?? '')
    parts.push({ literal: text.slice(from, match.index) })
    parts.push({ field: holds === undefined ? field : { ...field, holds: holds as LogField['holds'] } })
    from = match.index + match[0].length
  }
  parts.push({ literal: text.slice(from) })
  return formatOf(name, escaping, parts)
}
