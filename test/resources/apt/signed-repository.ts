/** A repository of packages that is signed, made once by gpg for good: what a host needs no gpg for. */

/** The key that signed it; it has no end. */
export const signer = {
  fingerprint: '74B3547CEB21D8DD7FEB0D0C51024E0DB4D3554E',
  armored: `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEZZIAgBYJKwYBBAHaRw8BAQdAgp+ejUKCJw1UCX3Aic+/ZDzvsdhJrQ0rVMA2
sbPvK5q0IW9wcyB0ZXN0IG9uZSA8bm9ib2R5QGV4YW1wbGUuY29tPoiQBBMWCAA4
FiEEdLNUfOsh2N1/6w0MUQJODbTTVU4FAmWSAIACGwMFCwkIBwIGFQoJCAsCBBYC
AwECHgECF4AACgkQUQJODbTTVU6/YAD+JckibaETMNZLXJ/K0cQ+dJz0i/hGTR7U
s2DpQ+MtXGMBAKNx2ES0pN1D7GlkVvfDx0a8ldQeY+qXg6p+1Fb2B2IL
=bMwy
-----END PGP PUBLIC KEY BLOCK-----
`,
}

/** Another one, which signed nothing. */
export const stranger = {
  fingerprint: '198C1BB24A0A3396DD54A8DA3B1C554F49F5D715',
  armored: `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEZZIAgBYJKwYBBAHaRw8BAQdAq1tEIQ1/iroWIQN5VMNQ6hQWu5M5OHOEMrc0
QtSN8pW0IW9wcyB0ZXN0IHR3byA8bm9ib2R5QGV4YW1wbGUuY29tPoiQBBMWCAA4
FiEEGYwbskoKM5bdVKjaOxxVT0n11xUFAmWSAIACGwMFCwkIBwIGFQoJCAsCBBYC
AwECHgECF4AACgkQOxxVT0n11xUYBAD/ZK4UMsZFWmWiP04aG/npz0ApBqzrsUB9
d/VUt2jVS5IBAOnUcfpe2fSvXHrpZJhjwC7fc6sP5JmwN7xBe0SoWloG
=/NOe
-----END PGP PUBLIC KEY BLOCK-----
`,
}

const packages = `Package: ops-signed
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.com>
Description: made by a test
Filename: pool/ops-signed_1.0_all.deb
Size: 1
SHA256: 0000000000000000000000000000000000000000000000000000000000000000

`

/** Its files by path: the suite `stable` with `main`, in which there is a package `ops-signed` in version 1.0. */
export const repositoryFiles: Readonly<Record<string, string>> = {
  'dists/stable/InRelease': `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Origin: ops tests
Label: ops tests
Suite: stable
Codename: stable
Date: Mon, 01 Jan 2024 00:00:00 UTC
Architectures: all amd64 arm64
Components: main
No-Support-for-Architecture-all: Packages
SHA256:
 a8e0225e72ec7a25e8b65e971be76fcb2476688bc14b80777f7c855453164004 239 main/binary-amd64/Packages
 a8e0225e72ec7a25e8b65e971be76fcb2476688bc14b80777f7c855453164004 239 main/binary-arm64/Packages
-----BEGIN PGP SIGNATURE-----

iHUEARYIAB0WIQR0s1R86yHY3X/rDQxRAk4NtNNVTgUCZZIAvAAKCRBRAk4NtNNV
TrRFAP9q8n6ffp+jC74P7dfz20QoCS7hSCaoUSN1iJiYZuXdogEA/ISeRrulIZbs
wlzY3GXthLpSTLiS+Rs8dlLHsY5ybwU=
=kVB7
-----END PGP SIGNATURE-----
`,
  'dists/stable/main/binary-amd64/Packages': packages,
  'dists/stable/main/binary-arm64/Packages': packages,
}

/** Shell that puts it into a folder of a host. */
export const putRepository = (folder: string): string =>
  Object.entries(repositoryFiles)
    .map(
      ([path, text]) =>
        `mkdir -p "$(dirname ${folder}/${path})"; echo ${Buffer.from(text).toString('base64')} | base64 -d >${folder}/${path}`,
    )
    .join('\n')
