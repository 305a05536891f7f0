import { join } from 'node:path'
import type { NextConfig } from 'next'

/** Static files that the api serves. Everything happens in the browser. */
const config: NextConfig = {
  output: 'export',
  trailingSlash: true,
  images: { unoptimized: true },
  devIndicators: false,
  // `npm run check:types` covers the whole repository; the first start need not wait for it.
  typescript: { ignoreBuildErrors: true },
  transpilePackages: [
    '@hearth/contract',
    '@hearth/ui',
    '@hearth/registry',
    '@hearth/image',
    '@hearth/vision',
    '@hearth/faces',
    '@hearth/language',
    '@hearth/testing',
  ],
  turbopack: { root: join(import.meta.dirname, '../..') },
}
export default config
