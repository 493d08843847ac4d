/** Shell that fetches a file from the net by what the host has for that. */
import { z } from 'zod'
import { libraryOf } from '../../shell/library.ts'
import fetchText from './fetch.sh'

/**
 * `ops_fetch URL FILE` by curl, wget or the helper that every apt has; follows redirects. FILE is whole only where it succeeds. Else
 * `ops_said` is why, in the words of `ops_by`. For applies: `ops_fetch_place` makes a private folder `ops_place`, on a disk, and
 * `ops_fetch_proved URL SHA256 NAME` fetches into it and compares, or ends by `ops_fail`; both need the write library.
 */
export const fetchLibrary = libraryOf('fetch', fetchText, 'apply')

/** What a host can fetch, as a word that no program takes for an option. */
export const fetchedUrl = z
  .string()
  .regex(/^https?:\/\/[\x21-\x7e]+$/, 'must be a URL that begins with http:// or https://, without blanks')

/** Kept in small letters, as sha256sum prints it. */
export const sha256Text = z
  .string()
  .regex(/^[0-9A-Fa-f]{64}$/, 'must be 64 hexadecimal digits')
  .transform(text => text.toLowerCase())
